using System.Text.Json;
using System.Text.Json.Serialization;

namespace Api.Keys;

/// <summary>
/// An event of the key rotation function: a Secrets Manager rotation step, or the operation that creates the first key.
/// </summary>
internal sealed record KeyRotationRequest
{
    public string? Step { get; init; }

    public string? SecretId { get; init; }

    public string? ClientRequestToken { get; init; }

    public string? Operation { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Other { get; set; }

    /// <summary>The error message for an unknown event.</summary>
    [JsonIgnore]
    public string Unknown =>
        "The event is unknown. It must have Step (createSecret, setSecret, testSecret or finishSecret) with "
        + $"ClientRequestToken, or Operation (Initialize). It has Step '{Short(Step)}', ClientRequestToken "
        + $"'{Short(ClientRequestToken)}', "
        + $"Operation '{Short(Operation)}' and the other members '{Short(string.Join(", ", (Other ?? []).Keys))}'.";

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
            // The text of the JsonException may quote the event.
            throw new InvalidOperationException($"The event is not a JSON object of the expected form: {exception.Path}.");
        }
    }

    private static string Short(string? text) => text is { Length: > 100 } ? text[..100] + "…" : text ?? "";
}

/// <summary>A sentence that describes what the rotation or revocation function did.</summary>
internal sealed record KeyRotationResult(string Result);

[JsonSourceGenerationOptions(AllowDuplicateProperties = false)]
[JsonSerializable(typeof(KeyRotationRequest))]
internal sealed partial class KeyRotationJson : JsonSerializerContext;
