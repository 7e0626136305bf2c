using System.Text.Json.Nodes;

namespace Api.Foundation.Json;

/// <summary>A duration in a JSON document: a whole number of seconds.</summary>
internal static class WholeSeconds
{
    /// <param name="value">Null: there is none, and that is no error.</param>
    /// <param name="shortest">The least that is allowed.</param>
    /// <param name="longest">The most that is allowed.</param>
    /// <param name="time">What the value says; null where there is none or it breaks the rule.</param>
    /// <returns>The rule that the value breaks; null where it breaks none.</returns>
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
