using System.Text.Json;
using System.Text.Json.Serialization;
using Api.Foundation.Net;

namespace Api.Deployment;

/// <summary>
/// A CloudFormation custom resource request (AWS CloudFormation User Guide, "Custom resource request objects"). Only the response
/// URL is required, because even an invalid request needs a response.
/// </summary>
internal sealed record CustomResourceRequest(JsonElement Json, Uri ResponseUrl)
{
    public string? RequestType => StringOf(Json, nameof(RequestType));

    public string? Issuer =>
        Json.TryGetProperty("ResourceProperties", out var properties) ? StringOf(properties, nameof(Issuer)) : null;

    /// <summary>Returns whether the event is a CloudFormation request.</summary>
    public static bool IsCustomResource(JsonElement input) => StringOf(input, nameof(RequestType)) is not null;

    /// <exception cref="InvalidOperationException">The event has no https response URL.</exception>
    public static CustomResourceRequest Read(JsonElement input) =>
        StringOf(input, "ResponseURL") is { } address && SecureAddress.IsHttpsOrLoopback(address)
            ? new(input, new(address))
            : throw new InvalidOperationException("The event has no https ResponseURL. No response can be sent.");

    /// <summary>Creates the response: SUCCESS if there is no fault, otherwise FAILED with the fault as reason.</summary>
    public CustomResourceResponse Answer(string? fault) => new(
        StringOf(Json, "StackId"),
        StringOf(Json, "RequestId"),
        StringOf(Json, "LogicalResourceId"),
        // Keep the physical ID: with a new one, CloudFormation would delete the resource that had the previous one.
        StringOf(Json, "PhysicalResourceId") ?? StringOf(Json, "LogicalResourceId"),
        fault is null ? "SUCCESS" : "FAILED",
        Short(fault ?? ""),
        []);

    public static string? StringOf(JsonElement json, string name) =>
        json.ValueKind is JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String
            ? value.GetString()
            : null;

    // CloudFormation accepts 4,096 bytes in total, and JSON can escape one character as six bytes.
    private static string Short(string text) =>
        string.Concat(text.Take(500).Select(character => character is < ' ' or > '~' ? '?' : character));
}

/// <summary>A CloudFormation custom resource response ("Custom resource response objects").</summary>
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
