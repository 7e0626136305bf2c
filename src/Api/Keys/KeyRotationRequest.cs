using System.Text.Json;
using System.Text.Json.Serialization;

namespace Api.Keys;

/// <summary>An event of the key rotation function: a step of Secrets Manager, or the operation that makes the first key.</summary>
internal sealed record KeyRotationRequest
{
    public string? Step { get; init; }

    public string? SecretId { get; init; }

    public string? ClientRequestToken { get; init; }

    public string? Operation { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Other { get; set; }

    /// <summary>The error message for an event that is none of those above.</summary>
    [JsonIgnore]
    public string Unknown =>
        "The event is unknown: it must have Step (createSecret, setSecret, testSecret or finishSecret) with ClientRequestToken, or "
        + $"Operation (Initialize). It has Step '{Short(Step)}', ClientRequestToken '{Short(ClientRequestToken)}', "
        + $"Operation '{Short(Operation)}' and the members '{Short(string.Join(", ", (Other ?? []).Keys))}'.";

    /// <exception cref="InvalidOperationException">The event is not a JSON object of this form.</exception>
    public static KeyRotationRequest Read(JsonElement input)
    {
        try
        {
            return input.Deserialize(KeyRotationJson.Default.KeyRotationRequest)
                ?? throw new InvalidOperationException("The event is null.");
        }
        catch (JsonException exception)
        {
            // The exception's own text may quote the event.
            throw new InvalidOperationException($"The event is not a JSON object of the expected form: {exception.Path}.");
        }
    }

    private static string Short(string? text) => text is { Length: > 100 } ? text[..100] + "…" : text ?? "";
}

/// <summary>What the rotation or revocation function has done, in a sentence.</summary>
internal sealed record KeyRotationResult(string Result);

[JsonSourceGenerationOptions(AllowDuplicateProperties = false)]
[JsonSerializable(typeof(KeyRotationRequest))]
internal sealed partial class KeyRotationJson : JsonSerializerContext;
