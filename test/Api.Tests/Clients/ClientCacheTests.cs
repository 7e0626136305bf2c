using System.Collections.Immutable;
using Api.Clients;
using Api.Storage;
using Api.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Api.Tests.Clients;

public sealed class ClientCacheTests
{
    private readonly SettableTime _time = new(TestKeys.CreatedAt);
    private readonly List<string> _requests = [];
    private readonly ClientCache _cache;
    private Func<string, Task<Client?>> _find = id => Task.FromResult<Client?>(Named(id));

    public ClientCacheTests() => _cache = new(
        new ClientStore(new Documents(id =>
        {
            lock (_requests)
            {
                _requests.Add(id);
            }

            return _find(id);
        })),
        new(),
        _time,
        NullLogger<ClientCache>.Instance);

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
        var (first, second) = (existedBefore ? Named("a", "first") : null, existsAfter ? Named("a", "second") : null);

        _find = _ => Task.FromResult(second);
        _cache.Forget("a");
        var after = await _cache.FindAsync("a", default);
        old.SetResult(first);

        Assert.Equal(first?.ClientName, (await before)?.ClientName);
        Assert.Equal(second?.ClientName, after?.ClientName);
        Assert.Same(after, await _cache.FindAsync("a", default));
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

    private static Client Named(string id, string name = "") => new() { ClientId = id, ClientName = name, Scopes = [], CreatedAt = default };

    /// <summary>A document store that can get clients, and nothing else.</summary>
    private sealed class Documents(Func<string, Task<Client?>> find) : IDocumentStore
    {
        public async Task<Document?> GetAsync(DocumentKey key, CancellationToken cancellation) =>
            await find(key.Partition["client#".Length..]) is { } client ? new(key, ClientDocument.Write(client)) : null;

        public Task<bool> WriteAsync(ImmutableArray<DocumentWrite> writes, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<ImmutableArray<Document>> QueryAsync(string partition, string sortPrefix, int limit, CancellationToken cancellation) =>
            throw new NotSupportedException();

        public Task<ImmutableArray<Document>> ListAsync(string list, string? after, int limit, CancellationToken cancellation) =>
            throw new NotSupportedException();
    }
}
