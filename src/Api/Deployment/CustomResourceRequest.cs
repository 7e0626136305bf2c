using System.Text.Json;
using System.Text.Json.Serialization;
using Api.Foundation.Net;

namespace Api.Deployment;

/// <summary>
/// What CloudFormation asks of a custom resource (AWS CloudFormation User Guide, "Custom resource request objects"). Read leniently:
/// whatever else is wrong with the request, it gets an answer.
/// </summary>
internal sealed record CustomResourceRequest(JsonElement Json, Uri ResponseUrl)
{
    public string? RequestType => StringOf(Json, nameof(RequestType));

    public string? Issuer =>
        Json.TryGetProperty("ResourceProperties", out var properties) ? StringOf(properties, nameof(Issuer)) : null;

    /// <summary>Whether the event comes from CloudFormation.</summary>
    public static bool IsOne(JsonElement input) => StringOf(input, nameof(RequestType)) is not null;

    /// <exception cref="InvalidOperationException">The event names no https address to answer to.</exception>
    public static CustomResourceRequest Read(JsonElement input) =>
        StringOf(input, "ResponseURL") is { } address && SecureAddress.IsHttpsOrLoopback(address)
            ? new(input, new(address))
            : throw new InvalidOperationException("The event has no ResponseURL with https, so there is no address to answer to.");

    /// <summary>The answer: success where there is no fault.</summary>
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

/// <summary>What CloudFormation is answered ("Custom resource response objects").</summary>
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
