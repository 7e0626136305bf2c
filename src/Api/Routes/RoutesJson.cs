using System.Text.Json.Serialization;
using Api.Foundation.Json;

namespace Api.Routes;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ClientList))]
[JsonSerializable(typeof(NewSecret))]
internal sealed partial class RoutesJson : JsonSerializerContext
{
    public static RoutesJson Answers { get; } = new(WireJson.ForAnswers());
}
