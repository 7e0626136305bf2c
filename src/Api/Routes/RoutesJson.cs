using System.Text.Json.Serialization;
using Api.Foundation.Json;

namespace Api.Routes;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ClientList))]
[JsonSerializable(typeof(NewSecret))]
[JsonSerializable(typeof(UserList))]
[JsonSerializable(typeof(SessionList))]
internal sealed partial class RoutesJson : JsonSerializerContext
{
    public static RoutesJson Answers { get; } = new(WireJson.ForAnswers());
}

internal static class RouteServices
{
    /// <summary>Adds the generated context to the JSON options, because native code cannot serialize by reflection.</summary>
    public static void AddRoutes(this IServiceCollection services) => services.ConfigureHttpJsonOptions(
        options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, RoutesJson.Default));
}
