using System.Globalization;
using Amazon.DynamoDBv2.Model;

namespace Api.Storage;

/// <summary>Converts documents to items of the DynamoDB table, and changes to conditional writes.</summary>
internal static class DynamoItem
{
    /// <summary>The global secondary index with the documents that are in a list.</summary>
    public const string Lists = "lists";

    public static Dictionary<string, AttributeValue> KeyOf(DocumentKey key) => new() { ["pk"] = new(key.Partition), ["sk"] = new(key.Sort) };

    /// <summary>Reads an item. A missing attribute is an empty string, so that the reader of the document can report it.</summary>
    public static Document Read(Dictionary<string, AttributeValue> item) =>
        new(new(item["pk"].S, item["sk"].S), item.GetValueOrDefault("document")?.S ?? "")
        {
            Version = item.GetValueOrDefault("version")?.S ?? "",
            List = item.GetValueOrDefault("listed_in")?.S,
            ExpiresAt = long.TryParse(item.GetValueOrDefault("expires_at")?.N, CultureInfo.InvariantCulture, out var seconds)
                ? Document.ExpiryAt(seconds)
                : null,
        };

    public static TransactWriteItem Write(string table, DocumentWrite write, DateTimeOffset now) => write switch
    {
        DocumentWrite.Add { Document: var document } => Put(
            table,
            document,
            "attribute_not_exists(pk) OR version = :version OR expires_at <= :now",
            new() { [":version"] = new(document.Version), [":now"] = Seconds(now) }),
        DocumentWrite.Replace { Document: var document, Before: var before } => Put(
            table,
            document,
            "version = :before OR version = :version",
            new() { [":version"] = new(document.Version), [":before"] = new(before) }),
        DocumentWrite.Delete { Before: "" } => Delete(
            table,
            write.Key,
            "attribute_not_exists(version) OR NOT attribute_type(version, :string)",
            new() { [":string"] = new("S") }),
        DocumentWrite.Delete { Before: var before } => Delete(
            table, write.Key, "attribute_not_exists(pk) OR version = :before", new() { [":before"] = new(before) }),
        _ => throw new ArgumentException($"{write.GetType()} is not known.", nameof(write)),
    };

    private static TransactWriteItem Put(
        string table, Document document, string condition, Dictionary<string, AttributeValue> values)
    {
        var item = KeyOf(document.Key);
        item["document"] = new(document.Json);
        item["version"] = new(document.Version);

        if (document.List is { } list)
        {
            item["listed_in"] = new(list);
        }

        if (document.ExpiresAt is { } end)
        {
            item["expires_at"] = Seconds(end);
        }

        return new()
        {
            Put = new() { TableName = table, Item = item, ConditionExpression = condition, ExpressionAttributeValues = values },
        };
    }

    private static TransactWriteItem Delete(
        string table, DocumentKey key, string condition, Dictionary<string, AttributeValue> values) =>
        new()
        {
            Delete = new()
            {
                TableName = table,
                Key = KeyOf(key),
                ConditionExpression = condition,
                ExpressionAttributeValues = values,
            },
        };

    private static AttributeValue Seconds(DateTimeOffset time) =>
        new() { N = time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture) };
}
