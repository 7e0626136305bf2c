using System.Text.Json;
using Api.Tests.Support;

namespace Api.Tests.Gateway;

/// <summary>A function of the template: the published package in a process, which starts with the first event.</summary>
internal sealed class LambdaFunction : IAsyncDisposable
{
    private readonly RuntimeApi _runtime;
    private readonly Func<RuntimeApi, LambdaProcess> _start;
    private readonly SemaphoreSlim _starting = new(1);
    private LambdaProcess? _process;

    private LambdaFunction(RuntimeApi runtime, Func<RuntimeApi, LambdaProcess> start) => (_runtime, _start) = (runtime, start);

    /// <summary>A delay before each start.</summary>
    public TimeSpan StartDelay { get; set; }

    public static async Task<LambdaFunction> CreateAsync(
        JsonElement properties, TimeProvider time, IEnumerable<(string Name, string Value)> environment)
    {
        var settings = properties.TryGetProperty("Environment", out var declared)
            ? declared.GetProperty("Variables").EnumerateObject().Select(variable => (variable.Name, variable.Value.ToString()))
            : [];
        var handler = properties.GetProperty("Handler").GetString()!;
        var package = await PublishedApp.Folder;

        return new(
            await RuntimeApi.StartAsync(time), runtime => LambdaProcess.RunHandler(runtime, handler, package, [.. environment, .. settings]));
    }

    /// <exception cref="InvalidOperationException">The function failed.</exception>
    public async Task<JsonElement> InvokeAsync(string json)
    {
        await StartAsync();
        var outcome = await _runtime.InvokeAsync(json);

        return outcome.ErrorType is null ? outcome.Json : throw new InvalidOperationException($"{outcome.ErrorType}: {outcome.Message}");
    }

    public async Task<GatewayResponse> SendAsync(GatewayRequest request) => GatewayResponse.Read(await InvokeAsync(request.ToEvent()));

    /// <summary>Ends the instance. The next event starts another one.</summary>
    public async Task RecycleAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
            await _runtime.EndPollsAsync();
            _process = null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await RecycleAsync();
        await _runtime.DisposeAsync();
        _starting.Dispose();
    }

    private async Task StartAsync()
    {
        await _starting.WaitAsync();

        try
        {
            if (_process is null)
            {
                await Task.Delay(StartDelay);
                _process = _start(_runtime);
            }
        }
        finally
        {
            _starting.Release();
        }
    }
}
