using System.Globalization;
using Amazon.DynamoDBv2.Model;

namespace Api.Clients;

/// <summary>A client as an item of the DynamoDB table, and the write that puts one in the place of another.</summary>
internal static class DynamoItem
{
    /// <summary>The partition key of all clients; the sort key is the client's id.</summary>
    public const string Clients = "client";

    public static Dictionary<string, AttributeValue> KeyOf(string clientId) => new() { ["pk"] = new(Clients), ["sk"] = new(clientId) };

    public static AttributeValue Seconds(DateTimeOffset time) =>
        new() { N = time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture) };

    public static Dictionary<string, AttributeValue> Of(Client client)
    {
        var item = KeyOf(client.ClientId);
        item["document"] = new(ClientDocument.Write(client));
        item["version"] = new(client.Version);
        // There from the beginning, so that a day can be put into it.
        item["last_used"] = new() { M = [] };

        if (client.IsAdministrator)
        {
            item["administrator"] = new("yes");
        }

        return item;
    }

    public static StoredClient Read(Dictionary<string, AttributeValue> item) => StoredClient.Read(item["sk"].S, () => ClientDocument.Parse(
        item["sk"].S,
        Text(item, "document"),
        Text(item, "version"),
        (item.GetValueOrDefault("last_used")?.M ?? []).ToDictionary(
            use => use.Key, use => DateOnly.ParseExact(use.Value.S ?? "", "O", CultureInfo.InvariantCulture))));

    /// <summary>What puts one state of a client in the place of another, unless somebody else has done so meanwhile.</summary>
    public static TransactWriteItem Replace(string table, Client before, Client? after)
    {
        var values = new Dictionary<string, AttributeValue> { [":before"] = new(before.Version) };

        if (after is null)
        {
            return new()
            {
                Delete = new()
                {
                    TableName = table,
                    Key = KeyOf(before.ClientId),
                    // Or it is gone by the first attempt, of which only the answer was lost.
                    ConditionExpression = "attribute_not_exists(sk) OR version = :before",
                    ExpressionAttributeValues = values,
                },
            };
        }

        (values[":document"], values[":after"]) = (new(ClientDocument.Write(after)), new(after.Version));
        // Days of secrets that are gone would add up.
        var gone = before.Secrets.Select(secret => secret.Id).Except(after.Secrets.Select(secret => secret.Id)).ToArray();
        List<string> set = ["document = :document", "version = :after"];
        List<string> remove = [.. gone.Select((_, index) => $"last_used.#gone{index}")];

        if (after.IsAdministrator)
        {
            set.Add("administrator = :administrator");
            values[":administrator"] = new("yes");
        }
        else
        {
            remove.Add("administrator");
        }

        return new()
        {
            Update = new()
            {
                TableName = table,
                Key = KeyOf(before.ClientId),
                UpdateExpression = $"SET {string.Join(", ", set)}" + (remove is [] ? "" : $" REMOVE {string.Join(", ", remove)}"),
                // Or it is what the first attempt has written, of which only the answer was lost.
                ConditionExpression = "version = :before OR version = :after",
                ExpressionAttributeNames =
                    gone is [] ? null : gone.Select((id, index) => (id, index)).ToDictionary(secret => $"#gone{secret.index}", secret => secret.id),
                ExpressionAttributeValues = values,
            },
        };
    }

    private static string Text(Dictionary<string, AttributeValue> item, string name) =>
        item.GetValueOrDefault(name)?.S ?? throw new FormatException($"it has no {name}");
}
