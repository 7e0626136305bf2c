using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Api.Clients;
using Api.Discovery;
using Api.Keys;
using Api.OAuth;
using Api.Tokens;

namespace Api.Routes;

/// <summary>How every wire type becomes JSON: members in snake_case, none that is null.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TokenRequestBody))]
[JsonSerializable(typeof(OAuthErrorResponse))]
[JsonSerializable(typeof(AuthorizationServerMetadata))]
[JsonSerializable(typeof(JwkSet))]
[JsonSerializable(typeof(KeyList))]
[JsonSerializable(typeof(KeyRotationTimes))]
[JsonSerializable(typeof(HealthResponse))]
[JsonSerializable(typeof(ClientMetadata))]
[JsonSerializable(typeof(ClientList))]
[JsonSerializable(typeof(ClientRequestBody))]
[JsonSerializable(typeof(ClientPatchBody))]
[JsonSerializable(typeof(SecretRequestBody))]
[JsonSerializable(typeof(NewSecret))]
[JsonSerializable(typeof(JsonObject))]
[JsonSerializable(typeof(JsonNode))]
internal sealed partial class ApiJson : JsonSerializerContext
{
    /// <summary>For the bodies of answers.</summary>
    public static ApiJson Answers { get; } = new(new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        // No HTML surrounds them.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    public static void AddTo(IServiceCollection services) => services.ConfigureHttpJsonOptions(options =>
    {
        options.SerializerOptions.TypeInfoResolverChain.Insert(0, Default);
        // The context's own policies do not apply through these options.
        options.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.SerializerOptions.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
    });
}
