using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Api.Foundation.Json;

/// <summary>
/// The JSON options of wire types: snake_case names, and no null members. Each folder has a generated context for its types.
/// </summary>
internal static class WireJson
{
    /// <summary>The options for response bodies.</summary>
    public static JsonSerializerOptions ForAnswers() => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        // Responses are not embedded in HTML.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Sets the same naming for types that the framework serializes or describes.</summary>
    public static void AddWireJson(this IServiceCollection services) => services.ConfigureHttpJsonOptions(options =>
    {
        options.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.SerializerOptions.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
    });
}
