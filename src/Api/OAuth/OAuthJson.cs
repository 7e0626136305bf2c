using System.Text.Json.Serialization;
using Api.Foundation.Json;

namespace Api.OAuth;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(OAuthErrorResponse))]
internal sealed partial class OAuthJson : JsonSerializerContext
{
    public static OAuthJson Answers { get; } = new(WireJson.ForAnswers());
}
