using System.Text.Json;

namespace Api.Tests.Support;

/// <summary>serverless.template, resolved as CloudFormation resolves it.</summary>
internal static class SamTemplate
{
    private static readonly Lazy<Task<JsonElement>> WithDefaults = new(() => RunAsync([]));

    /// <summary>The table of the clients.</summary>
    public static async Task<JsonElement> DataTableAsync() =>
        (await WithDefaults.Value).GetProperty("DataTable").GetProperty("Properties");

    /// <summary>The resources. The values of parameters, resources and attributes are given by name.</summary>
    public static Task<JsonElement> ResolveAsync(Dictionary<string, string> values) =>
        values is { Count: 0 } ? WithDefaults.Value : RunAsync(values);

    private static async Task<JsonElement> RunAsync(Dictionary<string, string> values)
    {
        var (exitCode, output, error) = await ExternalTools.RunAsync(
            Path.Combine(Repository.Path, "test", "template"), "python3", "resolve.py", JsonSerializer.Serialize(values));
        Assert.True(exitCode is 0, error);

        return JsonSerializer.Deserialize<JsonElement>(output);
    }
}
