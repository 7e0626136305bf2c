using System.Collections.Immutable;
using System.Globalization;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Api.Configuration;

namespace Api.Clients;

/// <summary>
/// The registered clients in a DynamoDB table: an item each, below one partition key, so that they can be listed in order and counted
/// on as the last change has left them. Identifiers have partitions of their own, from which DynamoDB removes them once they expire.
/// </summary>
internal sealed class DynamoClientStore(IAmazonDynamoDB dynamo, AuthorizationServerOptions options, TimeProvider time) : IClientStore
{
    /// <summary>The local index of the clients that can administer: those that have the attribute of its sort key.</summary>
    public const string Administrators = "administrators";

    private readonly DynamoFailures _failures = new(options.ClientsTable);

    public Task<Client?> FindAsync(string clientId, CancellationToken cancellation) => _failures.ExplainAsync("read", async () =>
        await GetAsync(clientId, cancellation) is { } item ? DynamoItem.Read(item).Require($"the table {options.ClientsTable}") : null,
        cancellation);

    public Task<ImmutableArray<StoredClient>> ListAsync(string? after, int limit, CancellationToken cancellation) =>
        _failures.ExplainAsync("read", async () =>
        {
            var clients = ImmutableArray.CreateBuilder<StoredClient>();
            var query = new QueryRequest
            {
                TableName = options.ClientsTable,
                // Everything is after "", which is no value that a key can have.
                KeyConditionExpression = string.IsNullOrEmpty(after) ? "pk = :pk" : "pk = :pk AND sk > :after",
                ExpressionAttributeValues = new() { [":pk"] = new(DynamoItem.Clients) },
                ConsistentRead = true,
            };

            if (!string.IsNullOrEmpty(after))
            {
                query.ExpressionAttributeValues[":after"] = new(after);
            }

            // An answer ends at 1 MB, too.
            do
            {
                query.Limit = limit - clients.Count;
                var response = await dynamo.QueryAsync(query, cancellation);
                clients.AddRange((response.Items ?? []).Select(DynamoItem.Read));
                query.ExclusiveStartKey = response.LastEvaluatedKey;
            }
            while (clients.Count < limit && query.ExclusiveStartKey is { Count: > 0 });

            return clients.DrainToImmutable();
        }, cancellation);

    public Task<bool> AddAsync(Client client, CancellationToken cancellation) => _failures.ExplainAsync("written", () => SucceedsAsync(
        dynamo.PutItemAsync(
            new PutItemRequest
            {
                TableName = options.ClientsTable,
                Item = DynamoItem.Of(client),
                // Or it is there already by the first attempt, of which only the answer was lost.
                ConditionExpression = "attribute_not_exists(sk) OR version = :version",
                ExpressionAttributeValues = new() { [":version"] = new(client.Version) },
            },
            cancellation)), cancellation);

    public Task<ClientChange> ChangeAsync(Client before, Client? after, bool keepAdministrator, CancellationToken cancellation) =>
        _failures.ExplainAsync("written", async () =>
        {
            var write = DynamoItem.Replace(options.ClientsTable, before, after);

            if (!keepAdministrator || !before.IsAdministrator || after?.IsAdministrator is true)
            {
                return await SucceedsAsync(WriteAsync(write, cancellation)) ? ClientChange.Done : ClientChange.Conflict;
            }

            if (await FindOtherAdministratorAsync(before.ClientId, cancellation) is not { } other)
            {
                return ClientChange.LastAdministrator;
            }

            var check = new ConditionCheck
            {
                TableName = options.ClientsTable,
                Key = DynamoItem.KeyOf(other),
                ConditionExpression = "attribute_exists(administrator)",
            };

            return await SucceedsAsync(dynamo.TransactWriteItemsAsync(
                new TransactWriteItemsRequest { TransactItems = [write, new() { ConditionCheck = check }] }, cancellation))
                ? ClientChange.Done
                // It has changed, or the other one, or either is being changed: whoever asked has to look again.
                : ClientChange.Conflict;
        }, cancellation);

    public Task<bool> RemoveDamagedAsync(string clientId, CancellationToken cancellation) =>
        _failures.ExplainAsync("written", async () =>
        {
            if (await GetAsync(clientId, cancellation) is not { } item || DynamoItem.Read(item).Client is not null)
            {
                return false;
            }

            var version = item.GetValueOrDefault("version");

            return await SucceedsAsync(dynamo.DeleteItemAsync(
                new DeleteItemRequest
                {
                    TableName = options.ClientsTable,
                    Key = DynamoItem.KeyOf(clientId),
                    // Or it is gone by the first attempt, of which only the answer was lost.
                    ConditionExpression = "attribute_not_exists(version)" + (version is null ? "" : " OR version = :version"),
                    ExpressionAttributeValues = version is null ? null : new() { [":version"] = version },
                },
                cancellation));
        }, cancellation);

    public Task NoteUseAsync(string clientId, string secretId, DateOnly day, CancellationToken cancellation) =>
        _failures.ExplainAsync("written", () => SucceedsAsync(dynamo.UpdateItemAsync(
            new UpdateItemRequest
            {
                TableName = options.ClientsTable,
                Key = DynamoItem.KeyOf(clientId),
                UpdateExpression = "SET last_used.#secret = :day",
                // Never makes a client again that has been removed meanwhile.
                ConditionExpression = "attribute_exists(sk) AND (attribute_not_exists(last_used.#secret) OR last_used.#secret < :day)",
                ExpressionAttributeNames = new() { ["#secret"] = secretId },
                ExpressionAttributeValues = new() { [":day"] = new(day.ToString("O", CultureInfo.InvariantCulture)) },
            },
            cancellation)), cancellation);

    public Task<bool> TryConsumeJtiAsync(string identifier, DateTimeOffset expiresAt, CancellationToken cancellation) =>
        _failures.ExplainAsync("written", () => SucceedsAsync(dynamo.PutItemAsync(
            new PutItemRequest
            {
                TableName = options.ClientsTable,
                Item = new()
                {
                    ["pk"] = new($"identifier#{identifier}"),
                    ["sk"] = new("-"),
                    ["expires_at"] = DynamoItem.Seconds(expiresAt),
                },
                // DynamoDB removes in its own time, which can be days later.
                ConditionExpression = "attribute_not_exists(pk) OR expires_at <= :now",
                ExpressionAttributeValues = new() { [":now"] = DynamoItem.Seconds(time.GetUtcNow()) },
            },
            cancellation)), cancellation);

    private async Task<Dictionary<string, AttributeValue>?> GetAsync(string clientId, CancellationToken cancellation)
    {
        var response = await dynamo.GetItemAsync(
            new GetItemRequest { TableName = options.ClientsTable, Key = DynamoItem.KeyOf(clientId), ConsistentRead = true }, cancellation);

        return response.Item is { Count: > 0 } item ? item : null;
    }

    private async Task<string?> FindOtherAdministratorAsync(string clientId, CancellationToken cancellation)
    {
        var response = await dynamo.QueryAsync(
            new QueryRequest
            {
                TableName = options.ClientsTable,
                IndexName = Administrators,
                KeyConditionExpression = "pk = :pk",
                ExpressionAttributeValues = new() { [":pk"] = new(DynamoItem.Clients) },
                ConsistentRead = true,
            },
            cancellation);

        foreach (var id in (response.Items ?? []).Select(item => item["sk"].S).Where(id => id != clientId))
        {
            // The index has damaged clients too, which cannot administer.
            if (await GetAsync(id, cancellation) is { } item && DynamoItem.Read(item).Client?.IsAdministrator is true)
            {
                return id;
            }
        }

        return null;
    }

    private Task WriteAsync(TransactWriteItem write, CancellationToken cancellation) => write.Update is { } update
        ? dynamo.UpdateItemAsync(
            new UpdateItemRequest
            {
                TableName = update.TableName,
                Key = update.Key,
                UpdateExpression = update.UpdateExpression,
                ConditionExpression = update.ConditionExpression,
                ExpressionAttributeNames = update.ExpressionAttributeNames,
                ExpressionAttributeValues = update.ExpressionAttributeValues,
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

    /// <summary>False where a condition does not hold, or another write of the same item is under way.</summary>
    private static async Task<bool> SucceedsAsync(Task write)
    {
        try
        {
            await write;

            return true;
        }
        catch (Exception exception) when (exception is ConditionalCheckFailedException or TransactionConflictException)
        {
            return false;
        }
        catch (TransactionCanceledException exception) when (exception.CancellationReasons is { Count: > 0 } reasons
            && reasons.All(reason => reason.Code is null or "None" or "ConditionalCheckFailed" or "TransactionConflict"))
        {
            return false;
        }
    }
}
