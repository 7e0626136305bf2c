using Api.Clients;
using Api.OAuth;
using Api.Storage;
using Api.Tests.Support;

namespace Api.Tests.Clients;

public sealed class ClientStoreTests : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SettableTime _time = new(TestKeys.CreatedAt);
    private readonly SqliteDatabase _database;
    private readonly ClientStore _store;

    public ClientStoreTests()
    {
        _database = new(new() { DataDirectory = _folder.Path });
        _store = new(new SqliteDocumentStore(_database, _time));
    }

    public Task InitializeAsync() => _database.OpenAsync(default);

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        _database.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Client_is_found_again_by_its_exact_id()
    {
        var client = ClientOf("orders");

        Assert.True(await _store.AddAsync(client, default));

        var found = (await _store.FindAsync("orders", default))!;
        Assert.Equal(ClientDocument.Write(client), ClientDocument.Write(found));
        Assert.Equal(client.Version, found.Version);
        Assert.Null(await _store.FindAsync("ORDERS", default));
        Assert.False(await _store.AddAsync(ClientOf("orders"), default));
    }

    [Fact]
    public async Task Change_of_a_client_that_is_gone_or_was_added_again_changes_nothing()
    {
        var before = ClientOf("orders");
        await _store.AddAsync(before, default);
        Assert.True(await _store.ChangeAsync(before, null, default));

        Assert.Null(await _store.FindAsync("orders", default));
        Assert.False(await _store.ChangeAsync(before, Renamed(before), default));
        Assert.True(await _store.ChangeAsync(before, null, default));
        await _store.AddAsync(ClientOf("orders"), default);
        Assert.False(await _store.ChangeAsync(before, Renamed(before), default));
        Assert.False(await _store.ChangeAsync(before, null, default));
        Assert.Equal("orders", (await _store.FindAsync("orders", default))!.ClientName);
    }

    [Fact]
    public async Task Document_of_another_client_is_damaged()
    {
        var administrator = ClientOf("adm", "ADMIN");
        await _store.AddAsync(administrator, default);
        await WriteDocumentAsync("mm1", ClientDocument.Write(administrator));
        await WriteDocumentAsync("ADM", ClientDocument.Write(administrator));
        await WriteDocumentAsync("a b", ClientDocument.Write(ClientOf("a b")));

        Assert.Equal("adm", (await _store.FindAsync("adm", default))!.ClientId);

        foreach (var clientId in (string[])["mm1", "ADM", "a b"])
        {
            var refusal = await Assert.ThrowsAsync<DamagedClientException>(() => _store.FindAsync(clientId, default));

            Assert.Contains($"The client {clientId} is damaged: client_id", refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Damaged_client_is_listed_and_removed_and_hurts_no_other()
    {
        string[] damaged =
        [
            "", "{", "{}", "[]", "null", "\"text\"", "{\"client_id\":\"b\",\"scope\":7}", "{\"enabled\":true,\"scope\":\"ADMIN\"}",
            ClientDocument.Write(ClientOf("b8")).Replace("[]", "[{\"id\":\"s\",\"last_used\":\"yesterday\"}]", StringComparison.Ordinal),
        ];
        var (first, last) = (ClientOf("a"), ClientOf("c"));
        await _store.AddAsync(first, default);
        await _store.AddAsync(last, default);

        foreach (var (document, index) in damaged.Select((document, index) => (document, index)))
        {
            await WriteDocumentAsync($"b{index}", document);
        }

        var page = await _store.ListAsync(null, damaged.Length + 1, default);

        Assert.Equal(["a", .. damaged.Select((_, index) => $"b{index}")], page.Select(stored => stored.ClientId));
        Assert.Equal("a", page[0].Client!.ClientId);
        Assert.All(page[1..], stored => Assert.NotNull(stored.Fault));
        Assert.Equal("c", Assert.Single(await _store.ListAsync(page[^1].ClientId, 10, default)).ClientId);
        Assert.True(await _store.ChangeAsync(first, Renamed(first), default));

        foreach (var stored in page[1..])
        {
            Assert.True(await _store.RemoveDamagedAsync(stored.ClientId, default));
            Assert.False(await _store.RemoveDamagedAsync(stored.ClientId, default));
        }

        Assert.False(await _store.RemoveDamagedAsync("a", default));
        Assert.Equal(["a", "c"], (await _store.ListAsync(null, 10, default)).Select(stored => stored.Client!.ClientId));
    }

    [Fact]
    public async Task Day_of_the_last_use_is_recorded_and_never_goes_back()
    {
        var (secret, _) = ClientSecret.Generate(TestKeys.CreatedAt);
        var client = ClientOf("orders") with { Secrets = [secret] };
        await _store.AddAsync(client, default);
        var day = new DateOnly(2026, 6, 1);

        await _store.RecordUseAsync("orders", secret.Id, day, default);
        await _store.RecordUseAsync("orders", secret.Id, day.AddDays(-1), default);
        await _store.RecordUseAsync("orders", "other", day, default);

        var used = (await _store.FindAsync("orders", default))!;
        Assert.Equal(day, used.Secrets.Single().LastUsed);
        Assert.Equal(client.Version, used.Version);
        Assert.True(await _store.ChangeAsync(used, Renamed(used), default));
        Assert.Equal(day, (await _store.FindAsync("orders", default))!.Secrets.Single().LastUsed);
    }

    [Fact]
    public async Task Use_of_a_client_that_is_gone_adds_no_client()
    {
        await _store.RecordUseAsync("orders", "secret", new(2026, 6, 1), default);

        Assert.Empty(await _store.ListAsync(null, 10, default));
    }

    [Fact]
    public async Task Identifier_of_an_assertion_is_taken_once_until_it_expires()
    {
        var expiry = _time.Now.AddMinutes(5);

        var taken = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => _store.TryConsumeJtiAsync("one", expiry, default))));

        Assert.Single(taken, true);
        _time.Now = expiry.AddSeconds(-1);
        Assert.False(await _store.TryConsumeJtiAsync("one", expiry, default));
        Assert.True(await _store.TryConsumeJtiAsync("other", expiry, default));
        _time.Now = expiry;
        Assert.True(await _store.TryConsumeJtiAsync("one", expiry.AddMinutes(5), default));
        Assert.False(await _store.TryConsumeJtiAsync("one", expiry.AddMinutes(5), default));
    }

    private static Client ClientOf(string id, string scope = "USER") => new()
    {
        ClientId = id,
        ClientName = id,
        Scopes = Scope.Parse(scope)!.Value,
        CreatedAt = TestKeys.CreatedAt,
        UpdatedAt = TestKeys.CreatedAt,
    };

    private static Client Renamed(Client client) => client with { ClientName = "renamed", Version = Document.NewVersion() };

    private Task WriteDocumentAsync(string clientId, string document) => RawSqlite.WriteClientAsync(_database.Path, clientId, document);
}
