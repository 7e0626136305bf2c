using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Api.Foundation.Json;

namespace Api.Clients;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ClientMetadata))]
[JsonSerializable(typeof(JsonNode))]
internal sealed partial class ClientsJson : JsonSerializerContext
{
    public static ClientsJson Answers { get; } = new(WireJson.ForAnswers());
}
