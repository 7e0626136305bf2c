using System.Text.Json;
using System.Xml.Linq;
using System.Xml.XPath;
using Api.Tests.Support;

namespace Api.Tests.Deployment;

/// <summary>The project file as the tools of AWS read it: as XML, or in a container with only this folder.</summary>
public sealed class ProjectFileTests : IDisposable
{
    private static readonly string Project = Path.Combine(Repository.Path, "src", "Api");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // `dotnet lambda package`, which `sam build` runs, ignores imports and conditions, and reads the first element.
    [Theory]
    [InlineData("TargetFramework", "net10.0")]
    [InlineData("PublishAot", null)]
    [InlineData("AssemblyName", null)]
    [InlineData("OutputType", null)]
    [InlineData("SelfContained", "false")]
    public void Property_is_in_the_project_file_itself(string name, string? value) =>
        Assert.Equal(value, XDocument.Load(Path.Combine(Project, "Api.csproj")).XPathSelectElement($"//PropertyGroup/{name}")?.Value);

    // `sam build --use-container` mounts only the folder of CodeUri.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Build_for_Lambda_needs_only_the_folder_of_the_project(bool native)
    {
        CopySources(Project, _folder["source"]);

        // The arguments of the tool. NativeAot comes from the environment, and SelfContained is False in both cases.
        var properties = await EvaluateAsync(_folder["source"], native, "-p:RuntimeIdentifier=linux-arm64", "-p:SelfContained=False", "-p:Configuration=Release");

        Assert.Equal("net10.0", properties["TargetFramework"]);
        Assert.Equal("nuget", properties["AwsPackages"]);
        Assert.Equal("enable", properties["Nullable"]);
        Assert.Equal("true", properties["InvariantGlobalization"]);
        Assert.Equal("true", properties["ManagePackageVersionsCentrally"]);
        Assert.Equal(native ? "true" : "", properties["PublishAot"]);
        Assert.Equal(native ? "true" : "false", properties["SelfContained"]);
        Assert.Equal(native ? "" : "true", properties["PublishReadyToRun"]);
    }

    [Fact]
    public async Task Every_package_has_a_version_in_that_folder()
    {
        CopySources(Project, _folder["source"]);

        var (exitCode, output, error) = await ExternalTools.RunAsync(
            _folder["source"], "dotnet", "msbuild", "-nologo", "-p:RuntimeIdentifier=linux-arm64", "-getItem:PackageReference,PackageVersion,ProjectReference");

        Assert.True(exitCode is 0, output + error);
        var items = JsonSerializer.Deserialize<JsonElement>(output).GetProperty("Items");
        Assert.Empty(items.GetProperty("ProjectReference").EnumerateArray());
        var versions = Names(items, "PackageVersion");
        Assert.Contains("Amazon.Lambda.AspNetCoreServer.Hosting", Names(items, "PackageReference"));
        Assert.All(Names(items, "PackageReference"), name => Assert.Contains(name, versions));
    }

    private static string[] Names(JsonElement items, string kind) =>
        [.. items.GetProperty(kind).EnumerateArray().Select(item => item.GetProperty("Identity").GetString()!)];

    private static async Task<Dictionary<string, string>> EvaluateAsync(string folder, bool native, params string[] arguments)
    {
        const string Names =
            "TargetFramework,AwsPackages,Nullable,InvariantGlobalization,ManagePackageVersionsCentrally,PublishAot,SelfContained,PublishReadyToRun";
        var (exitCode, output, error) = await ExternalTools.RunAsync(
            folder, "env", [$"NativeAot={(native ? "true" : "")}", "dotnet", "msbuild", "-nologo", $"-getProperty:{Names}", .. arguments]);
        Assert.True(exitCode is 0, output + error);

        return JsonSerializer.Deserialize<JsonElement>(output).GetProperty("Properties").Deserialize<Dictionary<string, string>>()!;
    }

    private static void CopySources(string from, string to)
    {
        Directory.CreateDirectory(to);

        foreach (var file in Directory.EnumerateFiles(from).Where(file => Path.GetExtension(file) is ".csproj" or ".props" or ".json"))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
    }
}
