using System.Diagnostics;
using System.Text;

namespace Api.Tests.Support;

/// <summary>The built program in a process, as `dotnet run` starts it, on a free port and with a data folder.</summary>
internal sealed class ApiProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ApiProcess(string address, string urls, string folder, string dataDirectory, IEnumerable<string> arguments)
    {
        Address = address;
        _process = new()
        {
            StartInfo = new("dotnet", ["Api.dll", "--urls", urls, "--Issuer", address, "--DataDirectory", dataDirectory, .. arguments])
            {
                WorkingDirectory = folder,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                Environment = { ["ASPNETCORE_ENVIRONMENT"] = "Development", ["ASPNETCORE_URLS"] = null },
            },
        };
        _process.OutputDataReceived += (_, line) => Take(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Take(_error, line.Data);
    }

    public string Address { get; }

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

    public string Secret => Output.Split('\n').Single(line => line.Contains("client_secret  ", StringComparison.Ordinal)).Split(' ')[^1];

    /// <summary>The resident memory in bytes.</summary>
    public long Resident
    {
        get
        {
            _process.Refresh();

            return _process.WorkingSet64;
        }
    }

    /// <summary>Starts the program and waits until it has printed the first steps for a developer.</summary>
    public static Task<ApiProcess> StartAsync(string dataDirectory, params string[] arguments) =>
        StartAsync(dataDirectory, [], arguments);

    public static Task<ApiProcess> StartAsync(
        string dataDirectory, Dictionary<string, string> environment, params string[] arguments) =>
        StartInAsync(AppContext.BaseDirectory, dataDirectory, environment, arguments);

    /// <summary>Starts the program in this folder.</summary>
    public static Task<ApiProcess> StartInAsync(
        string folder, string dataDirectory, Dictionary<string, string> environment, params string[] arguments) =>
        LoopbackPort.StartAsync(port => TryStartAsync(port, folder, dataDirectory, environment, arguments));

    /// <summary>Starts the program on this port. Returns null if the port is in use.</summary>
    public static async Task<ApiProcess?> TryStartAsync(
        int port, string folder, string dataDirectory, Dictionary<string, string> environment, string[] arguments)
    {
        var address = $"http://localhost:{port}";
        var api = new ApiProcess(address, address, folder, dataDirectory, arguments);

        foreach (var (name, value) in environment)
        {
            api._process.StartInfo.Environment[name] = value;
        }

        try
        {
            api.Run();
            await Task.WhenAny(api._ready.Task, api._process.WaitForExitAsync()).WaitAsync(TimeSpan.FromSeconds(60));

            if (!api._process.HasExited)
            {
                return api;
            }

            Assert.Contains("address already in use", api._error.ToString(), StringComparison.Ordinal);
        }
        catch
        {
            await api.DisposeAsync();

            throw;
        }

        await api.DisposeAsync();

        return null;
    }

    /// <summary>Starts a program that is expected to fail, and returns its exit code and output.</summary>
    public static async Task<(int ExitCode, string Output, string Error)> FailAsync(string dataDirectory, params string[] arguments)
    {
        await using var api = new ApiProcess(
            "http://localhost:5000", "http://127.0.0.1:0", AppContext.BaseDirectory, dataDirectory, arguments);
        api.Run();
        await api._process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));

        return (api._process.ExitCode, api.Output, api._error.ToString());
    }

    /// <summary>Kills the program.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
        Leaks.AssertNoneIn(Output + _error, "the output");
        Assert.All($"{Output}{_error}".Split('\n'), line => Injection.AssertNoneIn(line, "the output"));
    }

    private void Run()
    {
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    private void Take(StringBuilder text, string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (text)
        {
            text.AppendLine(line);
        }

        if (line.StartsWith("Swagger UI: ", StringComparison.Ordinal))
        {
            _ready.TrySetResult();
        }
    }
}
