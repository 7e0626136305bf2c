using System.Text.Json;
using Api.Tests.Support;

namespace Api.Tests.Deployment;

/// <summary>serverless.template, read and checked by test/template/check.py.</summary>
internal static class CheckedTemplate
{
    private static readonly Lazy<Task<string>> Template = new(() => CheckAsync(0, "--json"));

    public static async Task<JsonElement> GetAsync(string section) =>
        JsonSerializer.Deserialize<JsonElement>(await Template.Value).GetProperty(section);

    public static async Task<string> CheckAsync(int expected, params string[] arguments)
    {
        var (exitCode, output, error) =
            await ExternalTools.RunAsync(Repository.Path, "python3", ["test/template/check.py", .. arguments]);
        Assert.True(exitCode == expected, output + error);

        return output;
    }
}
