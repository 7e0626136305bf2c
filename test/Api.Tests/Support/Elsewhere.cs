using System.Diagnostics;

namespace Api.Tests.Support;

/// <summary>What some tests need beyond the SDK. Where it is missing they are skipped, but under CI they fail.</summary>
internal static class Elsewhere
{
    public static string Clients { get; } = Path.Combine(Root(), "test", "clients");

    public static string? Chromium { get; } = Find("chromium") ?? Find("chromium-browser") ?? Find("google-chrome");

    public static string? MissingNode { get; } =
        Find("node") is null ? "Node.js is not installed"
        : !Directory.Exists(Path.Combine(Clients, "node_modules")) ? "run `npm ci` in test/clients"
        : null;

    public static string? MissingBrowser { get; } =
        MissingNode ?? (Chromium is null ? "Chromium is not installed (on Debian: apt-get install chromium)" : null);

    public static string? MissingMoto { get; } =
        Find("python3") is null || !Succeeds("python3", "-c", "import moto.server, flask")
            ? "moto is not installed: python3 -m pip install 'moto[server]'"
            : null;

    public static bool IsCI { get; } = Environment.GetEnvironmentVariable("CI") is "true";

    /// <summary>Runs a script of test/clients and returns what it prints.</summary>
    public static async Task<string> RunNodeAsync(string script, params string[] arguments)
    {
        using var node = Process.Start(new ProcessStartInfo("node", [script, .. arguments])
        {
            WorkingDirectory = Clients,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var (output, error) = (node.StandardOutput.ReadToEndAsync(), node.StandardError.ReadToEndAsync());
        await node.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(2));
        Assert.True(node.ExitCode is 0, await error);

        return await output;
    }

    private static bool Succeeds(string program, params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.WaitForExit();

        return process.ExitCode is 0;
    }

    private static string? Find(string program) => Environment.GetEnvironmentVariable("PATH")!
        .Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, program))
        .FirstOrDefault(File.Exists);

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);

        while (!File.Exists(Path.Combine(folder.FullName, "Api.sln")))
        {
            folder = folder.Parent!;
        }

        return folder.FullName;
    }
}

/// <summary>A test that runs a program in Node.js.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NodeFactAttribute : FactAttribute
{
    public NodeFactAttribute() => Skip = Elsewhere.IsCI ? null : Elsewhere.MissingNode;
}

/// <summary>A test against an emulator of AWS.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class MotoFactAttribute : FactAttribute
{
    public MotoFactAttribute() => Skip = Elsewhere.IsCI ? null : Elsewhere.MissingMoto;
}

/// <summary>Cases of a test against an emulator of AWS.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class MotoTheoryAttribute : TheoryAttribute
{
    public MotoTheoryAttribute() => Skip = Elsewhere.IsCI ? null : Elsewhere.MissingMoto;
}

/// <summary>A test that drives a browser.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute() => Skip = Elsewhere.IsCI ? null : Elsewhere.MissingBrowser;
}
