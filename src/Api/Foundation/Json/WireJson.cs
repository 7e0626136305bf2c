using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Api.Foundation.Json;

/// <summary>How wire types become JSON: members in snake_case, none that is null. Each folder has a generated context for its own types.</summary>
internal static class WireJson
{
    /// <summary>For the bodies of answers.</summary>
    public static JsonSerializerOptions ForAnswers() => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        // No HTML surrounds them.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The same names where the framework itself serializes or describes a type.</summary>
    public static void AddWireJson(this IServiceCollection services) => services.ConfigureHttpJsonOptions(options =>
    {
        options.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.SerializerOptions.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
    });
}
