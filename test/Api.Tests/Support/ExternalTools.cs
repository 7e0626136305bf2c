using System.Diagnostics;

namespace Api.Tests.Support;

/// <summary>Tools that some tests need in addition to the SDK. Without them the tests are skipped, but in CI they fail.</summary>
internal static class ExternalTools
{
    public static string Clients { get; } = Path.Combine(Repository.Path, "test", "clients");

    public static string? Chromium { get; } = Find("chromium") ?? Find("chromium-browser") ?? Find("google-chrome");

    public static string? MissingNode { get; } =
        Find("node") is null ? "Node.js is not installed"
        : !Directory.Exists(Path.Combine(Clients, "node_modules")) ? "run `npm ci` in test/clients"
        : null;

    public static string? MissingBrowser { get; } =
        MissingNode ?? (Chromium is null ? "Chromium is not installed (on Debian: apt-get install chromium)" : null);

    public static string? MissingMoto { get; } =
        Find("python3") is null || !Succeeds("python3", "-c", "import moto.server, flask")
            ? "moto is not installed: python3 -m pip install -r test/requirements.txt"
            : null;

    public static string? MissingTemplateTools { get; } =
        Find("cfn-lint") is null || !Succeeds("python3", "-c", "import samtranslator")
            ? "cfn-lint or aws-sam-translator is not installed: python3 -m pip install -r test/requirements.txt"
            : null;

    /// <summary>The path of libfaketime, which changes the clock of a process.</summary>
    public static string? FakeTime { get; } = new[] { "/usr/lib", "/usr/local/lib" }
        .Where(Directory.Exists)
        .SelectMany(folder => Directory.EnumerateFiles(folder, "libfaketimeMT.so.1", new EnumerationOptions
        {
            RecurseSubdirectories = true,
            MaxRecursionDepth = 3,
            IgnoreInaccessible = true,
        }))
        .FirstOrDefault();

    public static string? MissingGatewayTools { get; } =
        MissingMoto ?? MissingTemplateTools
        ?? (FakeTime is null ? "libfaketime is not installed (on Debian: apt-get install faketime)" : null);

    public static bool IsCI { get; } = Environment.GetEnvironmentVariable("CI") is "true";

    /// <summary>Why a test that needs the tool is skipped, or null. In CI no test is skipped.</summary>
    public static string? ReasonToSkip(Tool tool) => IsCI ? null : tool switch
    {
        Tool.Node => MissingNode,
        Tool.Browser => MissingBrowser,
        Tool.Moto => MissingMoto,
        Tool.Template => MissingTemplateTools,
        Tool.GatewayAndBrowser => MissingGatewayTools ?? MissingBrowser,
        _ => MissingGatewayTools,
    };

    /// <summary>Runs a script of test/clients and returns what it prints.</summary>
    public static async Task<string> RunNodeAsync(string script, params string[] arguments)
    {
        var (exitCode, output, error) = await RunAsync(Clients, "node", [script, .. arguments]);
        Assert.True(exitCode is 0, error);

        return output;
    }

    /// <summary>Runs a program to its end.</summary>
    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(string folder, string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(10));

        return (process.ExitCode, await output, await error);
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
}

/// <summary>A tool or set of tools that a test needs in addition to the SDK.</summary>
internal enum Tool
{
    Node,
    Browser,
    Moto,
    Template,
    Gateway,
    GatewayAndBrowser,
}

/// <summary>A test that needs a tool.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FactWithAttribute : FactAttribute
{
    public FactWithAttribute(Tool tool) => (Tool, Skip) = (tool, ExternalTools.ReasonToSkip(tool));

    public Tool Tool { get; }
}

/// <summary>A theory that needs a tool.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class TheoryWithAttribute : TheoryAttribute
{
    public TheoryWithAttribute(Tool tool) => (Tool, Skip) = (tool, ExternalTools.ReasonToSkip(tool));

    public Tool Tool { get; }
}
