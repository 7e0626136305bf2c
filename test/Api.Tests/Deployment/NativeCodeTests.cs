using System.Text.Json;
using Api.Tests.Support;

namespace Api.Tests.Deployment;

/// <summary>Every build warns of what native code could not do, and a warning is an error.</summary>
public sealed class NativeCodeTests
{
    private const string Analyzers = "EnableAotAnalyzer,EnableTrimAnalyzer,EnableSingleFileAnalyzer";

    [Theory]
    [InlineData("src/Api")]
    [InlineData("src/AwsStandIn")]
    public async Task Build_fails_at_what_native_code_could_not_do(string project)
    {
        var (exitCode, output, _) = await ExternalTools.RunAsync(
            Repository.Path,
            "dotnet",
            "msbuild",
            project,
            $"-getProperty:{Analyzers},TreatWarningsAsErrors,NoWarn,WarningsNotAsErrors");

        Assert.True(exitCode is 0, output);
        using var json = JsonDocument.Parse(output);
        var properties = json.RootElement.GetProperty("Properties");
        Assert.All([.. Analyzers.Split(','), "TreatWarningsAsErrors"], name => Assert.Equal("true", properties.GetProperty(name).GetString()));
        Assert.All(
            ["NoWarn", "WarningsNotAsErrors"],
            name => Assert.DoesNotContain("IL", properties.GetProperty(name).GetString(), StringComparison.Ordinal));
    }
}
