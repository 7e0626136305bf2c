using System.Text.Json.Nodes;

namespace Api.Foundation.Json;

/// <summary>A JSON duration in whole seconds.</summary>
internal static class WholeSeconds
{
    /// <param name="value">The JSON value. Null is valid.</param>
    /// <param name="shortest">The minimum.</param>
    /// <param name="longest">The maximum.</param>
    /// <param name="time">The duration, or null if there is no value or it is invalid.</param>
    /// <returns>The rule that the value breaks, or null if it is valid.</returns>
    public static string? Read(JsonNode? value, TimeSpan shortest, TimeSpan longest, out TimeSpan? time)
    {
        time = value is JsonValue number && number.TryGetValue(out int seconds)
            && seconds >= shortest.TotalSeconds && seconds <= longest.TotalSeconds
                ? TimeSpan.FromSeconds(seconds)
                : null;

        return value is null || time is not null
            ? null
            : $"must be a whole number of seconds from {shortest.TotalSeconds} to {Math.Floor(longest.TotalSeconds)}";
    }
}
