namespace Api.Keys;

/// <summary>
/// The current key ring, swapped whole. It is loaded when it is used and too old, once for all who wait; when that fails or takes
/// long, the old ring goes on: keys that were good stay good.
/// </summary>
internal sealed partial class KeyRingCache(IKeyRingStore store, KeyOptions options, TimeProvider time, ILogger<KeyRingCache> logger)
{
    /// <summary>How long a request waits for a newer ring while there is an old one, and for one at all.</summary>
    private static readonly TimeSpan LoadTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LoadTimeoutWithoutRing = TimeSpan.FromSeconds(5);

    /// <summary>How long a store that failed is left alone while there is an old ring, and without one.</summary>
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RetryDelayWithoutRing = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan EarlyReloadInterval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan WarningInterval = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private State _state = new(Ring: null, Failure: null, UseUntil: DateTimeOffset.MinValue);
    private Task<KeyRing>? _loading;
    private DateTimeOffset _noEarlyReloadUntil;
    private DateTimeOffset _noWarningUntil;

    /// <exception cref="KeyRingException">There is no ring.</exception>
    public ValueTask<KeyRing> GetAsync(CancellationToken cancellation)
    {
        var state = Volatile.Read(ref _state);

        return time.GetUtcNow() >= state.UseUntil ? new(ReloadAsync(state.Ring, cancellation))
            : state.Ring is { } ring ? new(ring)
            : throw state.Failure!;
    }

    /// <summary>Loads the ring while nobody waits for it; whoever starts the program says why it fails.</summary>
    /// <exception cref="KeyRingException">There is no ring.</exception>
    public async Task FillAsync(CancellationToken cancellation) => Use(await store.LoadAsync(cancellation));

    /// <summary>
    /// Loads the ring ahead of its time, because there may be a key that it lacks; but at most once in 30 s, however many ask, or
    /// anybody could keep the store busy with made-up tokens. Returns whether the ring is another one now.
    /// </summary>
    public async Task<bool> ReloadEarlyAsync(CancellationToken cancellation)
    {
        var ring = Volatile.Read(ref _state).Ring;

        lock (_gate)
        {
            var now = time.GetUtcNow();

            // Whoever comes while it is being loaded may wait for that, too.
            if (_loading is null && now < _noEarlyReloadUntil)
            {
                return false;
            }

            _noEarlyReloadUntil = now + EarlyReloadInterval;
        }

        return await ReloadAsync(ring, cancellation) != ring;
    }

    /// <summary>Asks the store for a new key, and uses the ring that has it as soon as there is one.</summary>
    /// <exception cref="KeyRingFullException">There is no room for one more key.</exception>
    /// <exception cref="KeyRingException">The store refuses.</exception>
    public async Task RotateAsync(CancellationToken cancellation)
    {
        // Asked here as well: elsewhere, a rotation would begin that cannot end.
        (await GetAsync(cancellation)).RequireRotatable(time.GetUtcNow());

        // Not cancelled with the request: the store may do it all the same, and then nobody would learn of it.
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
            // A load that takes long goes on, and its ring is used when it comes.
            var failure = exception as KeyRingException ?? KeyRingException.Unchanged("Loading the signing keys takes too long.", exception);
            Warn(failure.Message);

            return DelayRetry(failure) ?? throw failure;
        }
    }

    private Task<KeyRing> LoadOnce()
    {
        lock (_gate)
        {
            // Not cancelled with the request that happens to be first: others wait for it as well.
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
            // What is made from a ring stays good as long as the ring is the same object.
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

            // Unless the ring has come in the meantime.
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
