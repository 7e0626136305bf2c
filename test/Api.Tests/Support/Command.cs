using System.Diagnostics;
using System.Text.Json;

namespace Api.Tests.Support;

/// <summary>The result of a command of the built program, run in a process.</summary>
internal sealed record Command(int ExitCode, string Output, string Error)
{
    public string Secret => Output.Split('\n').Single(line => line.Contains("client_secret  ", StringComparison.Ordinal)).Split(' ')[^1];

    public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Output);

    /// <summary>Runs a command in Production, without an issuer.</summary>
    public static Task<Command> RunAsync(string dataDirectory, params string[] arguments) =>
        RunAsync([("DataDirectory", dataDirectory)], arguments);

    public static async Task<Command> RunAsync((string Name, string Value)[] environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", ["Api.dll", .. arguments])
        {
            WorkingDirectory = AppContext.BaseDirectory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["ASPNETCORE_ENVIRONMENT"] = "Production", ["ASPNETCORE_URLS"] = null },
        };

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        var command = new Command(process.ExitCode, await output, await error);
        Leaks.AssertNoneIn(command.Output + command.Error, "the output");

        return command;
    }

    /// <summary>Runs a command that must succeed.</summary>
    public static async Task<Command> DoAsync(string dataDirectory, params string[] arguments)
    {
        var command = await RunAsync(dataDirectory, arguments);
        Assert.True(command.ExitCode is 0, command.Error);

        return command;
    }

    /// <summary>Checks that it failed with one line that contains this text. Audit events can precede the line.</summary>
    public void AssertRefused(string named)
    {
        Assert.Equal(1, ExitCode);
        Assert.Empty(Output);
        var lines = Error.TrimEnd().Split('\n').Where(line => !line.StartsWith("info: Api.Audit.", StringComparison.Ordinal));
        Assert.Contains(named, Assert.Single(lines), StringComparison.Ordinal);
    }
}
