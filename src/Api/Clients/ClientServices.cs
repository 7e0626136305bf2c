using Amazon.DynamoDBv2;
using Amazon.Runtime;
using Api.Configuration;
using Api.Storage;

namespace Api.Clients;

internal static class ClientServices
{
    public static void AddClients(this IServiceCollection services)
    {
        services.AddSingleton<SqliteDatabase>();
        services.AddSingleton<SqliteClientStore>();
        services.AddSingleton<IAmazonDynamoDB>(provider => CreateClient(provider.GetRequiredService<AuthorizationServerOptions>()));
        services.AddSingleton<DynamoClientStore>();
        services.AddSingleton<IClientStore>(provider => provider.GetRequiredService<AuthorizationServerOptions>().ClientsTable is ""
            ? provider.GetRequiredService<SqliteClientStore>()
            : provider.GetRequiredService<DynamoClientStore>());
        services.AddSingleton<ClientCache>();
        services.AddSingleton<BootstrapClient>();
        services.AddSingleton<LastUsedRecorder>();
        services.AddSingleton<ClientDirectory>();
        services.AddSingleton<ClientKeySets>();
        services.AddSingleton<ClientAdministration>();
        services.AddSingleton<DevelopmentClient>();
    }

    // As for the keys: from the environment, and with one retry, as a gateway waits.
    private static AmazonDynamoDBClient CreateClient(AuthorizationServerOptions options)
    {
        try
        {
            return new(new AmazonDynamoDBConfig { Timeout = TimeSpan.FromSeconds(3), MaxErrorRetry = 1 });
        }
        catch (AmazonClientException exception)
        {
            throw new StorageException(
                $"The clients in the DynamoDB table {options.ClientsTable} cannot be asked for: {exception.Message}. Set AWS_REGION.", exception);
        }
    }
}
