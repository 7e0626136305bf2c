using System.Collections.Concurrent;
using Api.Keys;
using Api.Tests.Support;
using Microsoft.Extensions.Logging;

namespace Api.Tests.Keys;

public sealed class KeyRingCacheTests
{
    private static readonly KeySchedule Schedule = KeySchedule.From(new());

    private readonly SettableTime _time = new(TestKeys.CreatedAt.AddDays(1));
    private readonly Store _store = new();
    private readonly LogOfWarnings _log = new();
    private readonly KeyRingCache _cache;

    public KeyRingCacheTests() => _cache = new(_store, new(), _time, _log);

    [Fact]
    public async Task Ring_is_loaded_once_for_concurrent_callers()
    {
        var gate = new TaskCompletionSource<KeyRing>();
        _store.Answer = () => gate.Task;
        var waiting = Enumerable.Range(0, 20).Select(_ => _cache.GetAsync(default).AsTask()).ToArray();

        gate.SetResult(RingOf(0));

        Assert.Single((await Task.WhenAll(waiting)).Distinct());
        Assert.Equal(1, _store.Loads);
    }

    [Theory]
    [InlineData(299, 1)]
    [InlineData(300, 2)]
    public async Task Ring_is_loaded_again_when_it_is_too_old(int seconds, int loads)
    {
        await _cache.GetAsync(default);
        _store.Answer = () => Task.FromResult(RingOf(0, 1));

        _time.Now += TimeSpan.FromSeconds(seconds);

        Assert.Equal(loads, (await _cache.GetAsync(default)).Keys.Length);
        Assert.Equal(loads, _store.Loads);
    }

    [Fact]
    public async Task Ring_with_the_same_keys_stays_the_same_object()
    {
        var ring = await _cache.GetAsync(default);
        _time.Now += TimeSpan.FromMinutes(5);

        Assert.Same(ring, await _cache.GetAsync(default));
        Assert.Equal(2, _store.Loads);
    }

    [Fact]
    public async Task Old_ring_is_used_when_the_store_fails_and_retries_are_delayed()
    {
        var ring = await _cache.GetAsync(default);
        _store.Answer = () => throw new KeyRingException("The store is gone.");
        _time.Now += TimeSpan.FromMinutes(5);

        for (var second = 0; second < 29; second++)
        {
            Assert.Same(ring, await _cache.GetAsync(default));
            _time.Now += TimeSpan.FromSeconds(1);
        }

        Assert.Equal(2, _store.Loads);
        Assert.Equal(["The store is gone."], _log.Warnings);
    }

    [Fact]
    public async Task Warning_is_logged_no_more_than_once_a_minute()
    {
        await _cache.GetAsync(default);
        _store.Answer = () => throw new KeyRingException("The store is gone.");
        _time.Now += TimeSpan.FromMinutes(5);

        for (var halfMinute = 0; halfMinute < 6; halfMinute++)
        {
            await _cache.GetAsync(default);
            _time.Now += TimeSpan.FromSeconds(30);
        }

        Assert.Equal(7, _store.Loads);
        Assert.Equal(3, _log.Warnings.Count);
    }

    [Fact]
    public async Task Slow_load_times_out_for_callers_and_its_ring_is_used_later()
    {
        var ring = await _cache.GetAsync(default);
        var gate = new TaskCompletionSource<KeyRing>();
        _store.Answer = () => gate.Task;
        _time.Now += TimeSpan.FromMinutes(5);

        Assert.Same(ring, await _cache.GetAsync(default).AsTask().WaitAsync(TimeSpan.FromSeconds(4)));
        Assert.Same(ring, await _cache.GetAsync(default));
        Assert.Contains("too long", Assert.Single(_log.Warnings), StringComparison.Ordinal);

        gate.SetResult(RingOf(0, 1));
        await Eventually.IsTrueAsync(async () => (await _cache.GetAsync(default)).Keys.Length is 2);
        Assert.Equal(2, _store.Loads);
    }

    [Fact]
    public async Task Without_a_ring_callers_get_the_error_and_the_store_one_load_per_second()
    {
        _store.Answer = () => throw new KeyRingException("The store is gone.");

        for (var call = 0; call < 10; call++)
        {
            Assert.Equal("The store is gone.", (await Assert.ThrowsAsync<KeyRingException>(() => _cache.GetAsync(default).AsTask())).Message);
        }

        Assert.Equal(1, _store.Loads);
        _time.Now += TimeSpan.FromSeconds(1);
        _store.Answer = () => Task.FromResult(RingOf(0));
        Assert.Single((await _cache.GetAsync(default)).Keys);
    }

    [Fact]
    public async Task Cancelled_caller_does_not_cancel_the_load()
    {
        var gate = new TaskCompletionSource<KeyRing>();
        _store.Answer = () => gate.Task;
        using var impatient = new CancellationTokenSource();
        var first = _cache.GetAsync(impatient.Token).AsTask();
        var second = _cache.GetAsync(default).AsTask();

        await impatient.CancelAsync();
        gate.SetResult(RingOf(0));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.Single((await second).Keys);
    }

    [Fact]
    public async Task Early_reload_happens_at_most_once_in_30_seconds()
    {
        await _cache.GetAsync(default);
        _store.Answer = () => Task.FromResult(RingOf(0, 1));

        Assert.True(await _cache.ReloadEarlyAsync(default));
        Assert.Equal(2, (await _cache.GetAsync(default)).Keys.Length);

        for (var second = 0; second < 30; second++)
        {
            Assert.False(await _cache.ReloadEarlyAsync(default));
            _time.Now += TimeSpan.FromSeconds(1);
        }

        Assert.Equal(2, _store.Loads);
        Assert.False(await _cache.ReloadEarlyAsync(default));
        Assert.Equal(3, _store.Loads);
    }

    [Fact]
    public async Task Early_reload_that_fails_leaves_the_old_ring()
    {
        var ring = await _cache.GetAsync(default);
        _store.Answer = () => throw new KeyRingException("The store is gone.");

        Assert.False(await _cache.ReloadEarlyAsync(default));

        Assert.Same(ring, await _cache.GetAsync(default));
    }

    [Fact]
    public async Task Overdue_rotation_is_logged_as_a_warning()
    {
        await _cache.GetAsync(default);
        _time.Now = TestKeys.CreatedAt.AddDays(60);

        await _cache.GetAsync(default);

        Assert.Contains("more than twice the KeyRotationInterval", Assert.Single(_log.Warnings), StringComparison.Ordinal);
    }

    private static KeyRing RingOf(params int[] keys) =>
        new([.. keys.Select(key => TestKeys.At(key, TestKeys.CreatedAt.AddMinutes(key)))], Schedule);

    private sealed class Store : IKeyRingStore
    {
        private int _loads;

        public int Loads => _loads;

        public Func<Task<KeyRing>> Answer { get; set; } = () => Task.FromResult(RingOf(0));

        public Task<KeyRing> LoadAsync(CancellationToken cancellation)
        {
            Interlocked.Increment(ref _loads);

            return Answer();
        }

        public Task<KeyRing?> RotateAsync(CancellationToken cancellation) => throw new NotSupportedException();
    }

    private sealed class LogOfWarnings : ILogger<KeyRingCache>
    {
        public ConcurrentQueue<string> Warnings { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Warnings.Enqueue(formatter(state, exception));
    }
}
