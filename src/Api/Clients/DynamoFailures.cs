using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using Api.Storage;

namespace Api.Clients;

/// <summary>Says of each failure of DynamoDB, or on the way there, which table it is about, and the remedy where one is known.</summary>
internal sealed class DynamoFailures(string table)
{
    /// <exception cref="StorageException">What the work, and all that it rests on, fails with.</exception>
    public async Task<T> ExplainAsync<T>(string what, Func<Task<T>> work, CancellationToken cancellation)
    {
        try
        {
            return await work();
        }
        // Whatever it is: nothing that AWS or the network does to a request may take more than that request along.
        catch (Exception exception) when (exception is not StorageException && !cancellation.IsCancellationRequested)
        {
            var code = exception is AmazonServiceException { ErrorCode: { Length: > 0 } error } ? error : exception.GetType().Name;

            throw new StorageException(
                $"The clients in the DynamoDB table {table} cannot be {what}: {code}: {exception.Message}{RemedyOf(exception, code)}", exception);
        }
    }

    private static string RemedyOf(Exception exception, string code) => (exception, code) switch
    {
        (ResourceNotFoundException, _) =>
            " Make that table, or set ClientsTable to the one that there is in this account and region.",
        (_, "AccessDeniedException") =>
            " Give this program's role dynamodb:GetItem, PutItem, UpdateItem, DeleteItem, ConditionCheckItem and Query on the table, and "
            + $"Query on its index {DynamoClientStore.Administrators}.",
        _ => "",
    };
}
