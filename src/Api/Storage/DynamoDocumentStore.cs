using System.Collections.Immutable;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Api.Configuration;

namespace Api.Storage;

/// <summary>The documents in a DynamoDB table, which removes expired ones by itself within some days.</summary>
internal sealed class DynamoDocumentStore(IAmazonDynamoDB dynamo, AuthorizationServerOptions options, TimeProvider time) : IDocumentStore
{
    private readonly string _table = options.DataTable;
    private readonly DynamoFailures _failures = new(options.DataTable);

    public Task<Document?> GetAsync(DocumentKey key, CancellationToken cancellation) => _failures.ExplainAsync("read", async () =>
    {
        var response = await dynamo.GetItemAsync(
            new GetItemRequest { TableName = _table, Key = DynamoItem.KeyOf(key), ConsistentRead = true }, cancellation);

        return response.Item is { Count: > 0 } item && DynamoItem.Read(item) is var document && IsLive(document) ? document : null;
    }, cancellation);

    public Task<ImmutableArray<Document>> QueryAsync(string partition, string sortPrefix, int limit, CancellationToken cancellation) =>
        ReadAsync(
            new()
            {
                KeyConditionExpression = "pk = :pk AND begins_with(sk, :prefix)",
                ExpressionAttributeValues = new() { [":pk"] = new(partition), [":prefix"] = new(sortPrefix) },
                ConsistentRead = true,
            },
            limit,
            cancellation);

    public Task<ImmutableArray<Document>> ListAsync(string list, string? after, int limit, CancellationToken cancellation)
    {
        var query = new QueryRequest
        {
            IndexName = DynamoItem.Lists,
            KeyConditionExpression = "listed_in = :list",
            ExpressionAttributeValues = new() { [":list"] = new(list) },
        };

        if (after is not null)
        {
            query.KeyConditionExpression += " AND pk > :after";
            query.ExpressionAttributeValues[":after"] = new(after);
        }

        return ReadAsync(query, limit, cancellation);
    }

    public Task<bool> WriteAsync(ImmutableArray<DocumentWrite> writes, CancellationToken cancellation) =>
        _failures.ExplainAsync("written", async () =>
        {
            var now = time.GetUtcNow();
            var items = writes.Select(write => DynamoItem.Write(_table, write, now)).ToList();

            try
            {
                // A transaction costs twice as much as a single write.
                await (items is [var item] ? SendAsync(item, cancellation)
                    : dynamo.TransactWriteItemsAsync(new TransactWriteItemsRequest { TransactItems = items }, cancellation));

                return true;
            }
            // Also if another write of the same item is in progress: the caller then reads it again, as after any other change.
            catch (Exception exception) when (exception is ConditionalCheckFailedException or TransactionConflictException)
            {
                return false;
            }
            catch (TransactionCanceledException exception) when (exception.CancellationReasons is { Count: > 0 } reasons
                && reasons.All(reason => reason.Code is null or "None" or "ConditionalCheckFailed" or "TransactionConflict"))
            {
                return false;
            }
        }, cancellation);

    private Task SendAsync(TransactWriteItem write, CancellationToken cancellation) => write.Put is { } put
        ? dynamo.PutItemAsync(
            new PutItemRequest
            {
                TableName = put.TableName,
                Item = put.Item,
                ConditionExpression = put.ConditionExpression,
                ExpressionAttributeValues = put.ExpressionAttributeValues,
            },
            cancellation)
        : dynamo.DeleteItemAsync(
            new DeleteItemRequest
            {
                TableName = write.Delete.TableName,
                Key = write.Delete.Key,
                ConditionExpression = write.Delete.ConditionExpression,
                ExpressionAttributeValues = write.Delete.ExpressionAttributeValues,
            },
            cancellation);

    private Task<ImmutableArray<Document>> ReadAsync(QueryRequest query, int limit, CancellationToken cancellation) =>
        _failures.ExplainAsync("read", async () =>
        {
            var documents = ImmutableArray.CreateBuilder<Document>();
            query.TableName = _table;

            // An answer ends at 1 MB even if there is more.
            do
            {
                query.Limit = limit - documents.Count;
                var response = await dynamo.QueryAsync(query, cancellation);
                documents.AddRange((response.Items ?? []).Select(DynamoItem.Read).Where(IsLive));
                query.ExclusiveStartKey = response.LastEvaluatedKey;
            }
            while (documents.Count < limit && query.ExclusiveStartKey is { Count: > 0 });

            return documents.DrainToImmutable();
        }, cancellation);

    private bool IsLive(Document document) => document.ExpiresAt is null || document.ExpiresAt > time.GetUtcNow();
}
