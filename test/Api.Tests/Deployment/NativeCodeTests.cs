using System.Text.Json;
using Api.Tests.Support;

namespace Api.Tests.Deployment;

/// <summary>Every build reports code that native AOT does not support, as an error.</summary>
public sealed class NativeCodeTests
{
    private const string Analyzers = "EnableAotAnalyzer,EnableTrimAnalyzer,EnableSingleFileAnalyzer";

    [Theory]
    [InlineData("src/Api")]
    [InlineData("src/AwsStandIn")]
    public async Task Build_fails_on_code_that_native_AOT_does_not_support(string project)
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
