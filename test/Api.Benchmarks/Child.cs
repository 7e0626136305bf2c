using System.Diagnostics;
using System.Text;

namespace Api.Benchmarks;

/// <summary>A process on given cores. Disposing the object kills it.</summary>
internal sealed class Child : IAsyncDisposable
{
    public const string AppCore = "0";
    public const string LoadCore = "1";
    public const string BothCores = "0,1";

    private static readonly string[] DiscardOutput = ["sh", "-c", "exec \"$0\" \"$@\" > /dev/null"];

    private readonly Process _process;
    private readonly StringBuilder _output = new();

    private Child(ProcessStartInfo start)
    {
        _process = new() { StartInfo = start };
        _process.OutputDataReceived += Take;
        _process.ErrorDataReceived += Take;
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public TimeSpan ProcessorTime => _process.TotalProcessorTime;

    public bool HasExited => _process.HasExited;

    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    public static void ThrowIfMissing(string program, string package)
    {
        var folders = Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator);

        if (!folders.Any(folder => File.Exists(Path.Combine(folder, program))))
        {
            throw new BenchmarkException($"{program} is not installed (on Debian: apt-get install {package}).");
        }
    }

    public static Child Start(string cores, CommandLine command)
    {
        string[] arguments = ["-c", cores, .. command.KeepsOutput ? [] : DiscardOutput, command.Program, .. command.Arguments];
        var start = new ProcessStartInfo("taskset", arguments)
        {
            WorkingDirectory = command.Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // No settings of the user's environment.
            Environment = { ["ASPNETCORE_URLS"] = null, ["ASPNETCORE_ENVIRONMENT"] = "Production" },
        };

        foreach (var (name, value) in command.Environment)
        {
            start.Environment[name] = value;
        }

        return new(start);
    }

    /// <summary>Runs a program to its end and returns its output.</summary>
    public static async Task<string> RunAsync(string cores, CommandLine command, CancellationToken cancellation)
    {
        await using var child = Start(cores, command);
        await child._process.WaitForExitAsync(cancellation);

        return child._process.ExitCode is 0 ? child.Output : throw child.Failure($"{command.Program} fails");
    }

    public BenchmarkException Failure(string what)
    {
        if (HasExited)
        {
            // Waits until all output has been read.
            _process.WaitForExit();
        }

        return new($"{what}: taskset {string.Join(' ', _process.StartInfo.ArgumentList)}", Output);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private void Take(object sender, DataReceivedEventArgs line)
    {
        lock (_output)
        {
            _output.AppendLine(line.Data);
        }
    }
}

/// <summary>A program with its arguments, working directory and environment.</summary>
internal sealed record CommandLine(string Program, params IReadOnlyList<string> Arguments)
{
    public string Folder { get; init; } = AppContext.BaseDirectory;

    public IReadOnlyList<(string Name, string Value)> Environment { get; init; } = [];

    /// <summary>Whether its output is read. Errors always are.</summary>
    public bool KeepsOutput { get; init; } = true;

    /// <summary>The program as a function that gets its events from this Runtime API.</summary>
    public CommandLine On(RuntimeApi runtime) => this with
    {
        Environment = [.. Environment, ("AWS_LAMBDA_RUNTIME_API", runtime.Address), ("AWS_LAMBDA_FUNCTION_NAME", "function")],
    };
}
