namespace Api.Keys;

/// <summary>The current key ring, loaded on first use, once for all who wait for it.</summary>
internal sealed class KeyRingCache(KeyRingFile file, KeySchedule schedule) : IDisposable
{
    private readonly SemaphoreSlim _loading = new(1);
    private KeyRing? _ring;

    /// <exception cref="KeyRingException">There is no ring, and none can be made.</exception>
    public async ValueTask<KeyRing> GetAsync(CancellationToken cancellation)
    {
        if (Volatile.Read(ref _ring) is { } ring)
        {
            return ring;
        }

        await _loading.WaitAsync(cancellation);

        try
        {
            return _ring ??= new(await file.LoadAsync(cancellation), schedule);
        }
        finally
        {
            _loading.Release();
        }
    }

    public void Dispose() => _loading.Dispose();
}
