using Amazon.Runtime;
using Amazon.SecretsManager;
using Api.Configuration;
using Microsoft.Extensions.Options;

namespace Api.Keys;

internal static class KeyServices
{
    public static void AddKeys(this IServiceCollection services)
    {
        services.AddOptions<KeyOptions>()
            .Configure<IConfiguration>((options, configuration) => SettingsBinder.Bind<KeyOptions>(() => configuration.Bind(options)))
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<KeyOptions>, KeyOptionsValidator>();
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<KeyOptions>>().Value);
        services.AddSingleton(provider => KeySchedule.From(provider.GetRequiredService<KeyOptions>()));
        // Create the client on first use: the metadata does not need it, and without AWS there may be no region.
        services.AddSingleton(_ => new Lazy<AmazonSecretsManagerClient>(CreateClient));
        services.AddSingleton<KeyRingFile>();
        services.AddSingleton<KeyRingSecret>();
        services.AddSingleton<IKeyRingStore>(provider => provider.GetRequiredService<KeyOptions>().SigningKeySecretId is ""
            ? provider.GetRequiredService<KeyRingFile>()
            : provider.GetRequiredService<KeyRingSecret>());
        services.AddSingleton<KeyRingCache>();
        services.AddSingleton<KeyAdministration>();
    }

    // Region, credentials and AWS_ENDPOINT_URL come from the environment. Only one retry, because the gateway's timeout is short.
    private static AmazonSecretsManagerClient CreateClient()
    {
        try
        {
            return new(new AmazonSecretsManagerConfig { Timeout = TimeSpan.FromSeconds(3), MaxErrorRetry = 1 });
        }
        catch (AmazonClientException exception)
        {
            throw KeyRingException.Unchanged(
                $"Secrets Manager cannot be called: {exception.Message.TrimEnd('.')}. Set AWS_REGION.", exception);
        }
    }
}
