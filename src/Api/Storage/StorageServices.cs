using Amazon.DynamoDBv2;
using Amazon.Runtime;
using Api.Configuration;

namespace Api.Storage;

internal static class StorageServices
{
    public static void AddStorage(this IServiceCollection services)
    {
        services.AddSingleton<SqliteDatabase>();
        services.AddSingleton<SqliteDocumentStore>();
        services.AddSingleton<IAmazonDynamoDB>(provider => CreateClient(provider.GetRequiredService<AuthorizationServerOptions>()));
        services.AddSingleton<DynamoDocumentStore>();
        services.AddSingleton<IDocumentStore>(provider => provider.GetRequiredService<AuthorizationServerOptions>().DataTable is ""
            ? provider.GetRequiredService<SqliteDocumentStore>()
            : provider.GetRequiredService<DynamoDocumentStore>());
    }

    // Region and credentials come from the environment. One retry only: a gateway waits for the answer.
    private static AmazonDynamoDBClient CreateClient(AuthorizationServerOptions options)
    {
        try
        {
            return new(new AmazonDynamoDBConfig { Timeout = TimeSpan.FromSeconds(3), MaxErrorRetry = 1 });
        }
        catch (AmazonClientException exception)
        {
            throw new StorageException(
                $"The DynamoDB table {options.DataTable} cannot be reached: {exception.Message}. Set AWS_REGION.", exception);
        }
    }
}
