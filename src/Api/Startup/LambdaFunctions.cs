using System.Text.Json;
using Amazon.Lambda.Core;
using Amazon.Lambda.RuntimeSupport;
using Amazon.Lambda.Serialization.SystemTextJson;
using Api.Deployment;
using Api.Keys;

namespace Api.Startup;

/// <summary>Runs the Lambda functions other than the web API.</summary>
internal static class LambdaFunctions
{
    private static readonly HttpClient Http = new(ReadinessGate.CreateHandler());

    /// <summary>Handles events until Lambda ends the process.</summary>
    public static async Task RunAsync(FunctionRole role)
    {
        using var bootstrap = Create(role).Build();
        await bootstrap.RunAsync();
    }

    private static LambdaBootstrapBuilder Create(FunctionRole role)
    {
        switch (role)
        {
            case FunctionRole.KeyRotation:
                var rotation = new KeyRotationFunction(KeyServices().GetRequiredService<KeyRotation>(), Http, TimeProvider.System);

                return Serve(input => LogAsync(rotation.HandleAsync(input)));

            case FunctionRole.KeyRevocation:
                var revocation = KeyServices().GetRequiredService<KeyRevocation>();

                return Serve(input => LogAsync(revocation.HandleAsync(input)));

            case FunctionRole.ReadinessGate:
                return Serve(new ReadinessGate(Http, TimeProvider.System).HandleAsync);

            default:
                throw new ArgumentOutOfRangeException(nameof(role), role, "This role does not handle events.");
        }
    }

    private static LambdaBootstrapBuilder Serve<TResult>(Func<JsonElement, Task<TResult>> handle) => LambdaBootstrapBuilder.Create(
        (JsonElement input, ILambdaContext _) => handle(input), new SourceGeneratorLambdaJsonSerializer<LambdaJson>());

    private static async Task<KeyRotationResult> LogAsync(Task<KeyRotationResult> work)
    {
        var result = await work;
        await Console.Out.WriteLineAsync(result.Result);

        return result;
    }

    private static ServiceProvider KeyServices()
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddEnvironmentVariables().Build());
        services.AddSingleton(TimeProvider.System);
        services.AddLogging();
        services.AddKeys();
        services.AddSingleton<KeyRotation>();
        services.AddSingleton<KeyRevocation>();

        return services.BuildServiceProvider();
    }
}
