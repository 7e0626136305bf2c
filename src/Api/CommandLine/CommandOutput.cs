using System.CommandLine;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Api.Administration;
using Api.Clients;

namespace Api.CommandLine;

/// <summary>
/// Writes command results to standard output, as text or as the JSON of the admin routes, and errors to standard error.
/// </summary>
internal static class CommandOutput
{
    // The output is not embedded in HTML.
    private static readonly JsonSerializerOptions ForPeople = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Option<bool> Json { get; } = new("--json")
    {
        Description = "Prints the result as JSON, in the format of the routes below /admin.",
        Recursive = true,
    };

    public static async Task<int> WriteAsync<T>(ParseResult result, T value, JsonTypeInfo<T> type, string text)
    {
        await Console.Out.WriteLineAsync(result.GetValue(Json) ? JsonSerializer.Serialize(value, type) : text);

        return Commands.Done;
    }

    /// <summary>Writes the client, a confirmation that it was removed, or the errors.</summary>
    public static async Task<int> WriteAsync(ParseResult result, ClientResult answer)
    {
        if (answer.Client is not null)
        {
            var client = ClientMetadata.From(answer);

            return await WriteAsync(result, client, ClientsJson.Default.ClientMetadata, Lines(client, ClientsJson.Default.ClientMetadata));
        }

        return await WriteRemovalAsync(result, answer.Problem);
    }

    /// <summary>Writes the errors, or a confirmation that something was removed.</summary>
    public static async Task<int> WriteRemovalAsync(ParseResult result, AdminProblem? problem, string confirmation = "Removed.")
    {
        foreach (var error in problem?.Errors.Values.SelectMany(errors => errors) ?? [])
        {
            await Console.Error.WriteLineAsync(error);
        }

        // With --json, a removal prints nothing, like the 204 response to DELETE.
        if (problem is null && !result.GetValue(Json))
        {
            await Console.Out.WriteLineAsync(confirmation);
        }

        return problem is null ? Commands.Done : Commands.Refused;
    }

    /// <summary>Formats rows as columns under headings. Each column is as wide as its widest cell.</summary>
    public static string Table(string[] headings, IEnumerable<string[]> rows)
    {
        string[][] lines = [headings, .. rows];
        var widths = headings.Select((_, column) => lines.Max(line => line[column].Length)).ToArray();

        return string.Join('\n', lines.Select(line =>
            string.Join("  ", line.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd()));
    }

    /// <summary>Formats one line for each member, and one line for each element of a list.</summary>
    public static string Lines<T>(T value, JsonTypeInfo<T> type) => string.Join(
        '\n',
        JsonSerializer.SerializeToNode(value, type)!.AsObject().SelectMany(member => member.Value is JsonArray list
            ? list.Select(element => $"{member.Key}: {(element is JsonObject item ? Members(item) : Text(element))}")
            : [$"{member.Key}: {Text(member.Value)}"]));

    /// <summary>An option that takes a whole number of seconds. The caller validates the range.</summary>
    public static Option<int?> Seconds(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "SECONDS",
        CustomParser = result =>
        {
            if (int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
            {
                return seconds;
            }

            result.AddError($"{name} must be a whole number of seconds.");

            return null;
        },
    };

    private static string Members(JsonObject item) =>
        string.Join(", ", item.Select(member => $"{member.Key} {Text(member.Value)}"));

    private static string Text(JsonNode? node) =>
        node?.GetValueKind() is JsonValueKind.String ? node.GetValue<string>() : node?.ToJsonString(ForPeople) ?? "null";
}
