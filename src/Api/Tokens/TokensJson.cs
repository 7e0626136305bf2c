using System.Text.Json.Serialization;
using Api.Foundation.Json;

namespace Api.Tokens;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(TokenResponse))]
internal sealed partial class TokensJson : JsonSerializerContext
{
    public static TokensJson Answers { get; } = new(WireJson.ForAnswers());
}
