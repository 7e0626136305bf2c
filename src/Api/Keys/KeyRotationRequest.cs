using System.Text.Json;
using System.Text.Json.Serialization;

namespace Api.Keys;

/// <summary>What the rotation function is asked: a step of Secrets Manager's, or an operation of ours.</summary>
internal sealed record KeyRotationRequest
{
    private const int MaximumLength = 16 * 1024;

    public string? Step { get; init; }

    public string? SecretId { get; init; }

    public string? ClientRequestToken { get; init; }

    public string? Operation { get; init; }

    public string? Kid { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Other { get; set; }

    /// <summary>What to say of an event that is none of those above.</summary>
    [JsonIgnore]
    public string Unknown =>
        "The event is not known: it must have Step (createSecret, setSecret, testSecret or finishSecret) with ClientRequestToken, or "
        + "Operation (Initialize; or Revoke with Kid). It has "
        + $"Step '{Short(Step)}', ClientRequestToken '{Short(ClientRequestToken)}', Operation '{Short(Operation)}', Kid '{Short(Kid)}'"
        + $" and the members '{Short(string.Join(", ", (Other ?? []).Keys))}'.";

    /// <exception cref="InvalidOperationException">The event is no JSON object, or too long.</exception>
    public static async Task<KeyRotationRequest> ReadAsync(Stream input)
    {
        var bytes = await input.ReadToEndAsync(MaximumLength)
            ?? throw new InvalidOperationException($"The event is longer than {MaximumLength} bytes.");

        try
        {
            return JsonSerializer.Deserialize(bytes.Span, KeyRotationJson.Default.KeyRotationRequest)
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

/// <summary>What the rotation function has done, in a sentence.</summary>
internal sealed record KeyRotationResult(string Result);

[JsonSourceGenerationOptions(AllowDuplicateProperties = false)]
[JsonSerializable(typeof(KeyRotationRequest))]
[JsonSerializable(typeof(KeyRotationResult))]
internal sealed partial class KeyRotationJson : JsonSerializerContext;
