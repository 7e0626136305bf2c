using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace Api.Tests.Support;

/// <summary>A built program in a process of its own, with the environment that Lambda gives a function.</summary>
internal sealed partial class LambdaProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _log = new();

    private LambdaProcess(RuntimeApi runtime, string program, IEnumerable<string> arguments, (string Name, string Value)[] settings)
    {
        _process = new()
        {
            StartInfo = new(program, arguments)
            {
                WorkingDirectory = AppContext.BaseDirectory,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                Environment =
                {
                    ["AWS_REGION"] = MotoServer.Region,
                    ["AWS_LAMBDA_FUNCTION_NAME"] = "function",
                    ["AWS_LAMBDA_RUNTIME_API"] = runtime.Address,
                    ["ASPNETCORE_ENVIRONMENT"] = "Production",
                    ["ASPNETCORE_URLS"] = null,
                },
            },
        };

        foreach (var (name, value) in settings)
        {
            _process.StartInfo.Environment[name] = value;
        }

        _process.OutputDataReceived += Take;
        _process.ErrorDataReceived += Take;
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Log
    {
        get
        {
            lock (_log)
            {
                return _log.ToString();
            }
        }
    }

    /// <summary>Runs the app as the executable assembly that it is.</summary>
    public static LambdaProcess RunApi(RuntimeApi runtime, params (string Name, string Value)[] settings) =>
        new(runtime, "dotnet", ["Api.dll"], settings);

    /// <summary>Starts what the handler string names, as the managed runtime does.</summary>
    public static LambdaProcess RunHandler(RuntimeApi runtime, string handler, params (string Name, string Value)[] settings) =>
        RunHandler(runtime, handler, AppContext.BaseDirectory, settings);

    /// <summary>The same, from the folder of a published app.</summary>
    public static LambdaProcess RunHandler(
        RuntimeApi runtime, string handler, string folder, (string Name, string Value)[] settings) =>
        // A handler that is no assembly may be a program without one.
        File.Exists(Path.Combine(folder, handler)) && !File.Exists(Path.Combine(folder, handler + ".dll"))
            ? new(runtime, Path.Combine(folder, handler), [], [("_HANDLER", handler), .. settings])
            : new(runtime, "dotnet", ["Lambda.Bootstrap.dll", folder], [("_HANDLER", handler), .. settings]);

    public async Task<int> WaitForExitAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));

        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        Leaks.AssertNoneIn(Log, "the log");
        Assert.All(Log.Split('\n'), line => Injection.AssertNoneIn(RuntimePrefix().Replace(line, ""), "the log"));
    }

    // The runtime writes the time, the request ID and the level before an exception.
    [GeneratedRegex(@"^[0-9T:.-]+Z\t[0-9a-f-]*\tfail\t")]
    private static partial Regex RuntimePrefix();

    private void Take(object sender, DataReceivedEventArgs line)
    {
        lock (_log)
        {
            _log.AppendLine(line.Data);
        }
    }
}
