using System.Text.Json;
using System.Text.Json.Serialization;

namespace Api.Deployment;

/// <summary>
/// What CloudFormation asks of a custom resource. Read leniently: whatever else is wrong with it, it is answered where it asks to
/// be.
/// </summary>
internal sealed record CustomResourceRequest(JsonElement Json, Uri ResponseUrl)
{
    private const int MaximumLength = 64 * 1024;

    public string? RequestType => StringOf(Json, nameof(RequestType));

    public string? Issuer =>
        Json.TryGetProperty("ResourceProperties", out var properties) ? StringOf(properties, nameof(Issuer)) : null;

    /// <exception cref="InvalidOperationException">The event is too long, no JSON object, or names no address to answer to.</exception>
    public static async Task<CustomResourceRequest> ReadAsync(Stream input)
    {
        var bytes = await input.ReadToEndAsync(MaximumLength)
            ?? throw new InvalidOperationException($"The event is longer than {MaximumLength} bytes.");

        try
        {
            var json = JsonSerializer.Deserialize(bytes.Span, CustomResourceJson.Default.JsonElement);

            return StringOf(json, "ResponseURL") is { } address && TrustedAddress.Is(address)
                ? new(json, new(address))
                : throw new InvalidOperationException("The event has no ResponseURL with https, so nobody can be answered.");
        }
        catch (JsonException)
        {
            // The exception's own text may quote the event, with the address that anybody may answer at.
            throw new InvalidOperationException("The event is not JSON.");
        }
    }

    public CustomResourceResponse Answer(string? fault) => new(
        StringOf(Json, "StackId"),
        StringOf(Json, "RequestId"),
        StringOf(Json, "LogicalResourceId"),
        // Another id would tell CloudFormation to delete the resource that had this one.
        StringOf(Json, "PhysicalResourceId") ?? StringOf(Json, "LogicalResourceId"),
        fault is null ? "SUCCESS" : "FAILED",
        Short(fault ?? ""),
        []);

    public static string? StringOf(JsonElement json, string name) =>
        json.ValueKind is JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String
            ? value.GetString()
            : null;

    // CloudFormation takes 4,096 bytes in all, and JSON can make six of a character.
    private static string Short(string text) =>
        string.Concat(text.Take(500).Select(character => character is < ' ' or > '~' ? '?' : character));
}

/// <summary>What CloudFormation is answered.</summary>
internal sealed record CustomResourceResponse(
    string? StackId,
    string? RequestId,
    string? LogicalResourceId,
    string? PhysicalResourceId,
    string Status,
    string Reason,
    Dictionary<string, string> Data)
{
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, CustomResourceJson.Default.CustomResourceResponse);
}

[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(CustomResourceResponse))]
internal sealed partial class CustomResourceJson : JsonSerializerContext;
