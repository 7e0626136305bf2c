using Api.Tests.Support;

namespace Api.Tests.Soak;

/// <summary>An instance of the app. It can be killed and is then replaced by another process.</summary>
internal sealed class Instance(string name, Func<Task<ApiProcess>> start) : IAsyncDisposable
{
    private ApiProcess? _process;
    private int _changes;

    public string Name => name;

    public string Address => _process!.Address;

    /// <summary>Increases at each kill and each start. A request may be lost only if it is odd or changes during the request.</summary>
    public int Changes => Volatile.Read(ref _changes);

    public long Resident => _process!.Resident;

    public async Task StartAsync() => _process = await start();

    public async Task RestartAsync(TimeSpan pause)
    {
        Interlocked.Increment(ref _changes);
        await _process!.DisposeAsync();
        await Task.Delay(pause);
        await StartAsync();
        Interlocked.Increment(ref _changes);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { } process)
        {
            Assert.DoesNotContain(process.Output.Split('\n'), Leaks.IsSecret);
            await process.DisposeAsync();
        }
    }
}
