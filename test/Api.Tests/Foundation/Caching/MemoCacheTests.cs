using Api.Foundation.Caching;
using Api.Tests.Support;

namespace Api.Tests.Foundation.Caching;

public sealed class MemoCacheTests
{
    private static readonly DateTimeOffset Noon = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly SettableTime _time = new(Noon);
    private readonly MemoCache<string, int> _cache;
    private int _loads;

    public MemoCacheTests() => _cache = new(10, _time);

    [Theory]
    [InlineData(59, true)]
    [InlineData(60, false)]
    public async Task Entry_is_used_until_it_expires(int seconds, bool isUsed)
    {
        _cache.Set("set", new(1, Noon.AddMinutes(1)));
        await GetAsync("loaded", 1);

        _time.Now += TimeSpan.FromSeconds(seconds);

        Assert.Equal(isUsed, _cache.Find("set") is { Value: 1 });
        Assert.Equal(isUsed, _cache.Find("loaded") is { Value: 1 });
        Assert.Equal(isUsed ? 1 : 2, await GetAsync("loaded", 2));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public async Task Value_that_has_expired_is_returned_but_not_added(int seconds)
    {
        for (var key = 0; key < 9; key++)
        {
            _cache.Set($"{key}", new(key, Noon.AddMinutes(1)));
        }

        for (var key = 100; key < 200; key++)
        {
            var value = await _cache.GetAsync(
                $"{key}", _ => Task.FromResult(new CacheEntry<int>(key, Noon.AddSeconds(seconds))), CancellationToken.None);

            Assert.Equal(key, value);
            Assert.Null(_cache.Find($"{key}"));
        }

        Assert.All(Enumerable.Range(0, 9), key => Assert.Equal(key, _cache.Find($"{key}")?.Value));
    }

    [Fact]
    public async Task Value_that_the_caller_cannot_use_is_loaded_again()
    {
        await GetAsync("a", 1);

        Assert.Equal(1, await GetAsync("a", 2, value => value is 1));
        Assert.Equal(2, await GetAsync("a", 2, value => value is not 1));
        Assert.Equal(2, _cache.Find("a")?.Value);
        Assert.Equal(2, _loads);
    }

    [Fact]
    public async Task Callers_at_the_same_time_share_one_load()
    {
        var answer = new TaskCompletionSource<int>();
        var values = Enumerable.Range(0, 100).Select(_ => Task.Run(() => GetAsync("a", answer.Task))).ToArray();
        await Eventually.IsTrueAsync(() => Volatile.Read(ref _loads) is 1);

        var other = await GetAsync("b", 2);
        answer.SetResult(1);

        Assert.All(await Task.WhenAll(values), value => Assert.Equal(1, value));
        Assert.Equal(2, other);
        Assert.Equal(1, await GetAsync("a", 3));
        Assert.Equal(2, _loads);
    }

    [Fact]
    public async Task Cancelled_caller_does_not_end_the_load_of_the_others()
    {
        using var cancellation = new CancellationTokenSource();
        var answer = new TaskCompletionSource<int>();
        var first = GetAsync("a", answer.Task, cancellation: cancellation.Token);
        var second = GetAsync("a", answer.Task);

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.False(second.IsCompleted);
        answer.SetResult(1);
        Assert.Equal(1, await second);
        Assert.Equal(1, _cache.Find("a")?.Value);
        Assert.Equal(1, _loads);
    }

    [Fact]
    public async Task Failed_load_reaches_every_caller_and_is_not_remembered()
    {
        var answer = new TaskCompletionSource<int>();
        var values = Enumerable.Range(0, 10).Select(_ => GetAsync("a", answer.Task)).ToArray();
        await Eventually.IsTrueAsync(() => Volatile.Read(ref _loads) is 1);

        answer.SetException(new IOException());

        foreach (var value in values)
        {
            await Assert.ThrowsAsync<IOException>(() => value);
        }

        Assert.Null(_cache.Find("a"));
        Assert.Equal(1, await GetAsync("a", 1));
        Assert.Equal(2, _loads);
    }

    [Fact]
    public async Task Load_that_throws_at_once_fails_like_any_other()
    {
        await Assert.ThrowsAsync<IOException>(
            async () => await _cache.GetAsync("a", _ => throw new IOException(), CancellationToken.None));

        Assert.Equal(1, await GetAsync("a", 1));
    }

    [Fact]
    public async Task Removed_entry_is_loaded_again()
    {
        await GetAsync("a", 1);
        await GetAsync("b", 1);

        _cache.Remove("a");

        Assert.Null(_cache.Find("a"));
        Assert.Equal(2, await GetAsync("a", 2));
        Assert.Equal(1, await GetAsync("b", 2));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public async Task Load_from_before_a_removal_is_not_remembered(bool oldComesFirst, bool oldFails)
    {
        var (oldAnswer, newAnswer) = (new TaskCompletionSource<int>(), new TaskCompletionSource<int>());
        var before = GetAsync("a", oldAnswer.Task);
        await Eventually.IsTrueAsync(() => Volatile.Read(ref _loads) is 1);

        _cache.Remove("a");
        var after = GetAsync("a", newAnswer.Task);

        foreach (var isOld in (bool[])[oldComesFirst, !oldComesFirst])
        {
            if (!isOld)
            {
                newAnswer.SetResult(2);
                Assert.Equal(2, await after);
            }
            else if (oldFails)
            {
                oldAnswer.SetException(new IOException());
                await Assert.ThrowsAsync<IOException>(() => before);
            }
            else
            {
                oldAnswer.SetResult(1);
                Assert.Equal(1, await before);
            }

            Assert.Equal(isOld && oldComesFirst ? null : 2, _cache.Find("a")?.Value);
        }

        Assert.Equal(2, await GetAsync("a", 3));
        Assert.Equal(2, _loads);
    }

    private Task<int> GetAsync(string key, int value, Func<int, bool>? isUsable = null) =>
        GetAsync(key, Task.FromResult(value), isUsable);

    private async Task<int> GetAsync(
        string key, Task<int> value, Func<int, bool>? isUsable = null, CancellationToken cancellation = default) =>
        await _cache.GetAsync(
            key,
            async _ =>
            {
                Interlocked.Increment(ref _loads);

                return new(await value, _time.Now.AddMinutes(1));
            },
            cancellation,
            isUsable);
}
