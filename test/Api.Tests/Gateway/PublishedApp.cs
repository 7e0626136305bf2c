using System.Runtime.InteropServices;
using Api.Tests.Support;

namespace Api.Tests.Gateway;

/// <summary>The package that would be deployed, but for the AWS packages, whose place the stand-in takes. Published once.</summary>
internal static class PublishedApp
{
    private static readonly Lazy<Task<string>> Published = new(PublishAsync);

    public static Task<string> Folder => Published.Value;

    private static async Task<string> PublishAsync()
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "published");
        var runtime = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 ? "linux-arm64" : "linux-x64";
        var (exitCode, output, _) = await Elsewhere.RunAsync(
            Elsewhere.Repository,
            "dotnet",
            "publish",
            "src/Api",
            "-c",
            "Release",
            "-r",
            runtime,
            "-p:AwsPackages=standin",
            // Apart from the build that these tests are of.
            "--artifacts-path",
            Path.Combine(AppContext.BaseDirectory, "publishing"),
            "-o",
            folder);
        Assert.True(exitCode is 0, output);

        return folder;
    }
}
