using System.Reflection;
using System.Runtime.InteropServices;
using Api.Tests.Support;

namespace Api.Tests.Gateway;

/// <summary>
/// The package that would be deployed, published once, with the AWS packages that the tests are built with. It is native code if the
/// environment has <c>NativeAot=true</c>, as for `sam build`.
/// </summary>
internal static class PublishedApp
{
    private static readonly bool IsNative = Environment.GetEnvironmentVariable("NativeAot") is "true";

    private static readonly string AwsPackages = typeof(PublishedApp).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key is "AwsPackages").Value!;

    private static readonly Lazy<Task<string>> Published = new(() => PublishAsync(IsNative ? "published-native" : "published"));

    public static Task<string> Folder => Published.Value;

    private static async Task<string> PublishAsync(string name)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, name);
        var runtime = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 ? "linux-arm64" : "linux-x64";
        var (exitCode, output, _) = await ExternalTools.RunAsync(
            Repository.Path,
            "dotnet",
            [
                "publish",
                "src/Api",
                "-c",
                "Release",
                "-r",
                runtime,
                $"-p:AwsPackages={AwsPackages}",
                // The build of the tests runs the analyzers, which take most of the time of a publish.
                "-p:RunAnalyzers=false",
                // The tool of AWS passes this, for native code too.
                "--self-contained",
                "False",
                // Separate from the build of the tests.
                "--artifacts-path",
                Path.Combine(AppContext.BaseDirectory, "publishing", name),
                "-o",
                folder,
            ]);
        Assert.True(exitCode is 0, output);

        return folder;
    }
}
