using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace Api.Tests.Support;

/// <summary>A built program in a process with the environment of a Lambda function.</summary>
internal sealed partial class LambdaProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _log = new();

    private LambdaProcess(
        RuntimeApi runtime, string folder, string program, IEnumerable<string> arguments, (string Name, string Value)[] settings)
    {
        _process = new()
        {
            StartInfo = new(program, arguments)
            {
                WorkingDirectory = folder,
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

    /// <summary>Starts the built app with <see cref="RunHandler"/>.</summary>
    public static LambdaProcess RunApi(RuntimeApi runtime, params (string Name, string Value)[] settings) =>
        RunHandler(runtime, "Api", AppContext.BaseDirectory, settings);

    /// <summary>
    /// Starts the package in a folder as the bootstrap script of Lambda's managed .NET runtime does for a handler without a colon: it runs
    /// HANDLER.dll with the runtime, or the executable HANDLER if there is no such file.
    /// </summary>
    public static LambdaProcess RunHandler(RuntimeApi runtime, string handler, string folder, (string Name, string Value)[] settings)
    {
        var assembly = Path.Combine(folder, handler + ".dll");
        var executable = Path.Combine(folder, handler);
        Assert.DoesNotContain(':', handler);
        (string, string)[] environment = [("_HANDLER", handler), ("LAMBDA_TASK_ROOT", folder), .. settings];

        return File.Exists(assembly)
            ? new(runtime, folder, "dotnet", ["exec", assembly], environment)
            : new(runtime, folder, executable, [], environment);
    }

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
