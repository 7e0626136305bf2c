using System.Reflection;
using Api.Clients;
using Api.Tests.Support;

namespace Api.Tests.Clients;

public sealed class ClientCacheTests
{
    private readonly SettableTime _time = new(TestKeys.CreatedAt);
    private readonly List<string> _requests = [];
    private readonly ClientCache _cache;
    private Func<string, Task<Client?>> _find = id => Task.FromResult<Client?>(Named(id));

    public ClientCacheTests() => _cache = new(Store.Of(id =>
    {
        lock (_requests)
        {
            _requests.Add(id);
        }

        return _find(id);
    }), _time);

    [Theory]
    [InlineData(true, 59, 1)]
    [InlineData(true, 60, 2)]
    [InlineData(false, 59, 1)]
    [InlineData(false, 60, 2)]
    public async Task Client_and_unknown_id_are_remembered_for_a_minute(bool exists, int seconds, int requests)
    {
        _find = id => Task.FromResult(exists ? Named(id) : null);
        await _cache.FindAsync("a", default);

        _time.Now += TimeSpan.FromSeconds(seconds);

        Assert.Equal(exists, await _cache.FindAsync("a", default) is { ClientId: "a" });
        Assert.Equal(requests, _requests.Count);
    }

    [Fact]
    public async Task Made_up_ids_do_not_push_out_clients()
    {
        await _cache.FindAsync("a", default);
        _find = _ => Task.FromResult<Client?>(null);

        foreach (var number in Enumerable.Range(0, 12_000))
        {
            Assert.Null(await _cache.FindAsync($"made-up-{number}", default));
        }

        Assert.NotNull(await _cache.FindAsync("a", default));
        Assert.Single(_requests, id => id is "a");
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Change_during_a_load_is_seen_by_the_next_request(bool existedBefore, bool existsAfter)
    {
        var old = new TaskCompletionSource<Client?>();
        _find = _ => old.Task;
        var before = _cache.FindAsync("a", default).AsTask();
        await Eventually.IsTrueAsync(() => _requests is ["a"]);
        var (first, second) = (existedBefore ? Named("first") : null, existsAfter ? Named("second") : null);

        _find = _ => Task.FromResult(second);
        _cache.Forget("a");
        var after = await _cache.FindAsync("a", default);
        old.SetResult(first);

        Assert.Same(first, await before);
        Assert.Same(second, after);
        Assert.Same(second, await _cache.FindAsync("a", default));
        Assert.Equal(["a", "a"], _requests);
    }

    [Fact]
    public async Task Change_is_seen_by_the_next_request()
    {
        await _cache.FindAsync("a", default);
        _find = _ => Task.FromResult<Client?>(null);
        _cache.Forget("a");
        Assert.Null(await _cache.FindAsync("a", default));
        _find = id => Task.FromResult<Client?>(Named(id));

        _cache.Forget("a");

        Assert.NotNull(await _cache.FindAsync("a", default));
    }

    [Fact]
    public async Task Failure_of_the_store_is_not_remembered()
    {
        _find = _ => Task.FromException<Client?>(new IOException());
        await Assert.ThrowsAsync<IOException>(() => _cache.FindAsync("a", default).AsTask());
        _find = id => Task.FromResult<Client?>(Named(id));

        Assert.NotNull(await _cache.FindAsync("a", default));
    }

    private static Client Named(string id) => new() { ClientId = id, ClientName = id, Scopes = [], CreatedAt = default };

    /// <summary>A client store that can find clients, and nothing else.</summary>
    // Public, because a proxy is derived from it.
    public class Store : DispatchProxy
    {
        private Func<string, Task<Client?>> _find = null!;

        internal static IClientStore Of(Func<string, Task<Client?>> find)
        {
            var store = Create<IClientStore, Store>();
            ((Store)(object)store)._find = find;

            return store;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
            targetMethod?.Name is nameof(IClientStore.FindAsync) ? _find((string)args![0]!) : throw new NotSupportedException();
    }
}
