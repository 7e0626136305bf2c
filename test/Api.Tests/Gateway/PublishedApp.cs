using System.Runtime.InteropServices;
using Api.Tests.Support;

namespace Api.Tests.Gateway;

/// <summary>The package that would be deployed, but for the AWS packages, whose place the stand-in takes. Published once.</summary>
internal static class PublishedApp
{
    // Takes minutes to compile, so that it is tested by hand: API_FLAVOUR=native.
    private static readonly bool IsNative = Environment.GetEnvironmentVariable("API_FLAVOUR") is "native";

    private static readonly Lazy<Task<string>> Managed = new(() => PublishAsync("published"));

    private static readonly Lazy<Task<string>> Native = new(() => PublishAsync("published-native", "-p:NativeAot=true"));

    /// <summary>The package of a handler: native code has none of the classes that the others name.</summary>
    public static Task<string> FolderOf(string handler) =>
        IsNative && !handler.Contains("::", StringComparison.Ordinal) ? Native.Value : Managed.Value;

    private static async Task<string> PublishAsync(string name, params string[] properties)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, name);
        var runtime = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 ? "linux-arm64" : "linux-x64";
        var (exitCode, output, _) = await Elsewhere.RunAsync(
            Elsewhere.Repository,
            "dotnet",
            [
                "publish",
                "src/Api",
                "-c",
                "Release",
                "-r",
                runtime,
                "-p:AwsPackages=standin",
                .. properties,
                // Apart from the build that these tests are of.
                "--artifacts-path",
                Path.Combine(AppContext.BaseDirectory, "publishing", name),
                "-o",
                folder,
            ]);
        Assert.True(exitCode is 0, output);

        return folder;
    }
}
