using System.Text.Json.Serialization;

namespace Api.Discovery;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AuthorizationServerMetadata))]
[JsonSerializable(typeof(JwkSet))]
[JsonSerializable(typeof(HealthResponse))]
internal sealed partial class DiscoveryJson : JsonSerializerContext;
