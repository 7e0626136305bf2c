namespace Api.Keys;

/// <summary>
/// The current key ring. It is reloaded on use when it is too old, once for all callers. If the reload fails or is slow, the old
/// ring stays in use: its keys are still valid.
/// </summary>
internal sealed partial class KeyRingCache(IKeyRingStore store, KeyOptions options, TimeProvider time, ILogger<KeyRingCache> logger)
{
    /// <summary>How long a request waits for a reload, with and without a loaded ring.</summary>
    private static readonly TimeSpan LoadTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LoadTimeoutWithoutRing = TimeSpan.FromSeconds(5);

    /// <summary>How long to wait before another attempt after a failed load, with and without a loaded ring.</summary>
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RetryDelayWithoutRing = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan EarlyReloadInterval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan WarningInterval = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private State _state = new(Ring: null, Failure: null, UseUntil: DateTimeOffset.MinValue);
    private Task<KeyRing>? _loading;
    private DateTimeOffset _noEarlyReloadUntil;
    private DateTimeOffset _noWarningUntil;

    /// <exception cref="KeyRingException">No ring is loaded, and loading it failed.</exception>
    public ValueTask<KeyRing> GetAsync(CancellationToken cancellation)
    {
        var state = Volatile.Read(ref _state);

        return time.GetUtcNow() >= state.UseUntil ? new(ReloadAsync(state.Ring, cancellation))
            : state.Ring is { } ring ? new(ring)
            : throw state.Failure!;
    }

    /// <summary>Loads the ring without a timeout and without logging a failure: the caller reports it.</summary>
    /// <exception cref="KeyRingException">The ring cannot be loaded.</exception>
    public async Task FillAsync(CancellationToken cancellation) => Use(await store.LoadAsync(cancellation));

    /// <summary>
    /// Reloads the ring early, because it may lack a new key. At most one early reload starts in 30 s, so that made-up tokens
    /// cannot overload the store. Returns whether the ring changed.
    /// </summary>
    public async Task<bool> ReloadEarlyAsync(CancellationToken cancellation)
    {
        var ring = Volatile.Read(ref _state).Ring;

        lock (_gate)
        {
            var now = time.GetUtcNow();

            // A caller that arrives during a load waits for that load.
            if (_loading is null && now < _noEarlyReloadUntil)
            {
                return false;
            }

            _noEarlyReloadUntil = now + EarlyReloadInterval;
        }

        return await ReloadAsync(ring, cancellation) != ring;
    }

    /// <summary>Requests a new key from the store. If the store returns the new ring, it is used at once.</summary>
    /// <exception cref="KeyRingFullException">The ring has the maximum number of keys.</exception>
    /// <exception cref="KeyRingException">The store refused the rotation.</exception>
    public async Task RotateAsync(CancellationToken cancellation)
    {
        // Check before the request: Secrets Manager would start a rotation that fails and stays pending.
        (await GetAsync(cancellation)).RequireRotatable(time.GetUtcNow());

        // Do not pass the request's cancellation token: the store could complete the rotation without this process knowing.
        if (await store.RotateAsync(CancellationToken.None) is { } ring)
        {
            Use(ring);
        }
    }

    private async Task<KeyRing> ReloadAsync(KeyRing? old, CancellationToken cancellation)
    {
        var loading = LoadOnce();

        try
        {
            return await loading.WaitAsync(old is null ? LoadTimeoutWithoutRing : LoadTimeout, cancellation);
        }
        catch (Exception exception) when (exception is TimeoutException or KeyRingException)
        {
            // A slow load continues in the background, and its ring is used when it completes.
            var failure = exception as KeyRingException ?? KeyRingException.Unchanged("Loading the signing keys takes too long.", exception);
            Warn(failure.Message);

            return DelayRetry(failure) ?? throw failure;
        }
    }

    private Task<KeyRing> LoadOnce()
    {
        lock (_gate)
        {
            // Do not pass a request's cancellation token: other requests wait for the same load.
            return _loading ??= Task.Run(LoadAsync);
        }
    }

    private async Task<KeyRing> LoadAsync()
    {
        try
        {
            return Use(await store.LoadAsync(CancellationToken.None));
        }
        finally
        {
            lock (_gate)
            {
                _loading = null;
            }
        }
    }

    private KeyRing Use(KeyRing loaded)
    {
        var now = time.GetUtcNow();
        KeyRing ring;

        lock (_gate)
        {
            // Keep the same object if the keys are the same: callers cache values derived from it.
            ring = _state.Ring is { } old && old.HasSameKeysAs(loaded) ? old : loaded;
            Volatile.Write(ref _state, new(ring, Failure: null, now + options.KeyCacheAge));
        }

        if (ring.RotationIsOverdueAt(now))
        {
            Warn(ring.OverdueWarning);
        }

        return ring;
    }

    private KeyRing? DelayRetry(KeyRingException failure)
    {
        lock (_gate)
        {
            var ring = _state.Ring;

            // Skip this if a load completed in the meantime.
            if (time.GetUtcNow() is var now && now >= _state.UseUntil)
            {
                Volatile.Write(ref _state, new(ring, failure, now + (ring is null ? RetryDelayWithoutRing : RetryDelay)));
            }

            return ring;
        }
    }

    private void Warn(string reason)
    {
        lock (_gate)
        {
            if (time.GetUtcNow() is var now && now >= _noWarningUntil)
            {
                _noWarningUntil = now + WarningInterval;
                LogWarning(logger, reason);
            }
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "{Reason}")]
    private static partial void LogWarning(ILogger logger, string reason);

    private sealed record State(KeyRing? Ring, KeyRingException? Failure, DateTimeOffset UseUntil);
}
