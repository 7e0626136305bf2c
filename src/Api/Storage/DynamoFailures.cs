using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;

namespace Api.Storage;

/// <summary>Turns a failed request to DynamoDB into an error that names the table and, if it is known, the remedy.</summary>
internal sealed class DynamoFailures(string table)
{
    /// <exception cref="StorageException">The request failed, for any reason.</exception>
    public async Task<T> ExplainAsync<T>(string what, Func<Task<T>> request, CancellationToken cancellation)
    {
        try
        {
            return await request();
        }
        // Any exception: a failure of AWS or of the network must not have another effect than this one error.
        catch (Exception exception) when (exception is not StorageException && !cancellation.IsCancellationRequested)
        {
            var code = exception is AmazonServiceException { ErrorCode: { Length: > 0 } error } ? error : exception.GetType().Name;

            throw new StorageException(
                $"The DynamoDB table {table} cannot be {what}: {code}: {exception.Message.TrimEnd('.')}.{RemedyOf(exception, code)}", exception);
        }
    }

    private static string RemedyOf(Exception exception, string code) => (exception, code) switch
    {
        (ResourceNotFoundException, _) =>
            " Create the table, or set DataTable to a table of this account and region.",
        (_, "AccessDeniedException") =>
            " Allow this program's role dynamodb:GetItem, PutItem, DeleteItem and Query on the table, and Query on its index "
            + $"{DynamoItem.Lists}.",
        _ => "",
    };
}
