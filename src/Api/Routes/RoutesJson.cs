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

internal static class RouteServices
{
    /// <summary>Lets routes return types of this context as they are: native code cannot look at a type to serialize it.</summary>
    public static void AddRoutes(this IServiceCollection services) => services.ConfigureHttpJsonOptions(
        options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, RoutesJson.Default));
}
