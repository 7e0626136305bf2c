using System.Text.Json.Serialization;
using Api.Foundation.Json;

namespace Api.Keys;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(KeyList))]
[JsonSerializable(typeof(KeyRotationTimes))]
internal sealed partial class KeysJson : JsonSerializerContext
{
    public static KeysJson Answers { get; } = new(WireJson.ForAnswers());
}
