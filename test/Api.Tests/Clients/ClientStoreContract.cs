using System.Reflection;
using Api.Clients;
using Api.OAuth;
using Api.Tests.Support;

namespace Api.Tests.Clients;

/// <summary>What every place that keeps clients has to do, whatever it is.</summary>
public abstract class ClientStoreContract
{
    internal abstract Task<IClientStore> OpenAsync();

    /// <summary>Keeps a document under an id past the store, as somebody does by hand.</summary>
    internal abstract Task WriteDocumentAsync(string clientId, string document);

    /// <summary>The tests, by name: each place runs all of them.</summary>
    public static TheoryData<string> Contract => [.. Tests.Select(test => test.Name)];

    private static IEnumerable<MethodInfo> Tests => typeof(ClientStoreContract)
        .GetMethods(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
        .Where(method => method.ReturnType == typeof(Task) && method.GetParameters() is []);

    internal virtual Task AddManyAsync(IClientStore store, IEnumerable<Client> clients) => Parallel.ForEachAsync(
        clients, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (client, _) => await store.AddAsync(client, default));

    internal SettableTime Time { get; } = new(TestKeys.CreatedAt);

    internal static Client ClientOf(string id, string scope = "USER") => new()
    {
        ClientId = id,
        ClientName = id,
        Scopes = Scope.Parse(scope)!.Value,
        CreatedAt = TestKeys.CreatedAt,
        UpdatedAt = TestKeys.CreatedAt,
    };

    internal static Client Renamed(Client client, string name) => client with { ClientName = name, Version = Client.NewVersion() };

    protected Task RunAsync(string test) =>
        (Task)Tests.Single(method => method.Name == test).Invoke(this, [])!;

    protected async Task Client_is_found_again_by_its_exact_id()
    {
        var store = await OpenAsync();
        var id = NewId();
        var client = ClientOf(id);

        Assert.True(await store.AddAsync(client, default));

        store = await OpenAsync();
        var found = await store.FindAsync(id, default);
        Assert.Equal(ClientDocument.Write(client), ClientDocument.Write(found!));
        Assert.Equal(client.Version, found!.Version);
        Assert.Null(await store.FindAsync(id.ToUpperInvariant(), default));
        Assert.Null(await store.FindAsync("' OR 1=1 --", default));
    }

    protected async Task Second_client_of_an_id_is_not_added()
    {
        var store = await OpenAsync();
        var id = NewId();

        var added = await Task.WhenAll(Enumerable.Range(0, 8).Select(number =>
            Task.Run(() => store.AddAsync(ClientOf(id) with { ClientName = $"{number}" }, default))));

        Assert.Single(added, true);
    }

    protected async Task Of_two_writers_at_once_one_is_told_of_the_other()
    {
        var store = await OpenAsync();
        var before = ClientOf(NewId());
        await store.AddAsync(before, default);

        var changes = await Task.WhenAll(Enumerable.Range(0, 8).Select(number =>
            Task.Run(() => store.ChangeAsync(before, Renamed(before, $"{number}"), keepAdministrator: true, default))));

        Assert.Single(changes, ClientChange.Done);
        Assert.Equal(7, changes.Count(change => change is ClientChange.Conflict));
        var winner = Array.IndexOf(changes, ClientChange.Done);
        Assert.Equal($"{winner}", (await store.FindAsync(before.ClientId, default))!.ClientName);
    }

    protected async Task Change_of_a_client_that_is_gone_or_made_anew_changes_nothing()
    {
        var store = await OpenAsync();
        var before = ClientOf(NewId());
        await store.AddAsync(before, default);
        Assert.Equal(ClientChange.Done, await store.ChangeAsync(before, null, keepAdministrator: true, default));

        Assert.Null(await store.FindAsync(before.ClientId, default));
        Assert.Equal(ClientChange.Conflict, await store.ChangeAsync(before, Renamed(before, "x"), keepAdministrator: true, default));
        Assert.Equal(ClientChange.Done, await store.ChangeAsync(before, null, keepAdministrator: true, default));
        await store.AddAsync(ClientOf(before.ClientId), default);
        Assert.Equal(ClientChange.Conflict, await store.ChangeAsync(before, null, keepAdministrator: true, default));
        Assert.NotNull(await store.FindAsync(before.ClientId, default));
    }

    protected async Task Last_administrator_is_kept_where_asked_to()
    {
        var store = await OpenAsync();
        var (secret, _) = ClientSecret.Generate(TestKeys.CreatedAt);
        var (first, second) = (
            ClientOf(NewId(), "USER ADMIN") with { Secrets = [secret] },
            ClientOf(NewId(), "ADMIN") with { JwksUri = new("https://client.example/keys") });
        Client[] others =
        [
            ClientOf(NewId(), "ADMINISTRATOR NOADMIN") with { Secrets = [secret] },
            ClientOf(NewId(), "ADMIN"),
            ClientOf(NewId(), "ADMIN") with { Secrets = [secret], Enabled = false },
            ClientOf(NewId(), "ADMIN") with { Secrets = [secret with { ExpiresAt = TestKeys.CreatedAt.AddYears(1) }] },
            ClientOf(NewId(), "ADMIN") with { Secrets = [secret], AuthenticationMethod = "private_key_jwt" },
            ClientOf(NewId(), "ADMIN") with { JwksUri = new("https://client.example/keys"), AuthenticationMethod = "client_secret_basic" },
        ];

        foreach (var other in others)
        {
            await store.AddAsync(other, default);
        }

        await store.AddAsync(first, default);
        await store.AddAsync(second, default);

        // Both at once: each alone would leave the other.
        var changes = await Task.WhenAll(
            Task.Run(() => store.ChangeAsync(first, null, keepAdministrator: true, default)),
            Task.Run(() => store.ChangeAsync(second, second with { Enabled = false, Version = "2" }, keepAdministrator: true, default)));

        // The one that loses is the last administrator, or could not tell in time and has to look again.
        Assert.Single(changes, ClientChange.Done);
        var last = changes[0] is ClientChange.Done ? second : first;
        Assert.Equal(ClientChange.LastAdministrator, await store.ChangeAsync(last, null, keepAdministrator: true, default));
        Assert.Equal(
            ClientChange.LastAdministrator,
            await store.ChangeAsync(last, last with { Scopes = ["USER"], Version = "3" }, keepAdministrator: true, default));
        Assert.Equal(
            ClientChange.LastAdministrator,
            await store.ChangeAsync(last, last with { Secrets = [], JwksUri = null, Version = "3" }, keepAdministrator: true, default));
        Assert.Equal(ClientChange.Done, await store.ChangeAsync(last, Renamed(last, "x"), keepAdministrator: true, default));
        last = (await store.FindAsync(last.ClientId, default))!;
        Assert.Equal(ClientChange.Done, await store.ChangeAsync(last, null, keepAdministrator: false, default));
    }

    protected async Task Document_of_another_client_is_damaged()
    {
        var store = await OpenAsync();
        var administrator = ClientOf("adm", "ADMIN");
        await store.AddAsync(administrator, default);
        await WriteDocumentAsync("mm1", ClientDocument.Write(administrator));
        await WriteDocumentAsync("ADM", ClientDocument.Write(administrator));
        await WriteDocumentAsync("a b", ClientDocument.Write(ClientOf("a b")));

        Assert.Equal("adm", (await store.FindAsync("adm", default))!.ClientId);
        await Assert.ThrowsAsync<DamagedClientException>(() => store.FindAsync("mm1", default));
        await Assert.ThrowsAsync<DamagedClientException>(() => store.FindAsync("ADM", default));
        await Assert.ThrowsAsync<DamagedClientException>(() => store.FindAsync("a b", default));
    }

    protected async Task Damaged_client_is_listed_and_removed_and_hurts_no_other()
    {
        var store = await OpenAsync();
        string[] damaged = ["", "{", "{}", "[]", "null", "\"text\"", "{\"client_id\":\"b\",\"scope\":7}", "{\"enabled\":true,\"scope\":\"ADMIN\"}"];
        var (first, last) = (ClientOf("a"), ClientOf("c"));
        await store.AddAsync(first, default);
        await store.AddAsync(last, default);

        foreach (var (document, index) in damaged.Select((document, index) => (document, index)))
        {
            await WriteDocumentAsync($"b{index}", document);
        }

        var page = await store.ListAsync(null, damaged.Length + 1, default);

        Assert.Equal(["a", .. damaged.Select((_, index) => $"b{index}")], page.Select(stored => stored.ClientId));
        Assert.Equal("a", page[0].Client!.ClientId);
        Assert.All(page[1..], stored => Assert.NotNull(stored.Fault));
        Assert.Equal("c", Assert.Single(await store.ListAsync(page[^1].ClientId, 10, default)).ClientId);
        Assert.Equal(ClientChange.Done, await store.ChangeAsync(first, Renamed(first, "x"), keepAdministrator: true, default));

        foreach (var stored in page[1..])
        {
            Assert.True(await store.RemoveDamagedAsync(stored.ClientId, default));
            Assert.False(await store.RemoveDamagedAsync(stored.ClientId, default));
        }

        Assert.False(await store.RemoveDamagedAsync("a", default));
        Assert.False(await store.RemoveDamagedAsync("nobody", default));
        Assert.Equal(["a", "c"], (await store.ListAsync(null, 10, default)).Select(stored => stored.Client!.ClientId));
    }

    protected async Task Damaged_client_is_no_administrator_and_hinders_none()
    {
        var store = await OpenAsync();
        var (secret, _) = ClientSecret.Generate(TestKeys.CreatedAt);
        var (one, other) = (ClientOf("one", "ADMIN") with { Secrets = [secret] }, ClientOf("other", "ADMIN") with { Secrets = [secret] });
        await store.AddAsync(one, default);
        await store.AddAsync(other, default);
        await WriteDocumentAsync("a", "{");
        await WriteDocumentAsync("b", "{\"enabled\":true,\"scope\":\"ADMIN\"}");
        // Complete, but of another client.
        await WriteDocumentAsync("c", ClientDocument.Write(one));

        Assert.Equal(ClientChange.Done, await store.ChangeAsync(one, null, keepAdministrator: true, default));
        Assert.Equal(ClientChange.LastAdministrator, await store.ChangeAsync(other, null, keepAdministrator: true, default));
    }

    protected async Task Ten_thousand_clients_are_paged_without_loss_or_repeat()
    {
        var store = await OpenAsync();
        var ids = Enumerable.Range(0, 10_000).Select(number => $"paged-{number * 7919 % 10_000:D5}").ToArray();
        await AddManyAsync(store, ids.Select(id => ClientOf(id)));

        var listed = new List<string>();

        while (await store.ListAsync(listed.LastOrDefault(), 1500, default) is { Length: > 0 } page)
        {
            Assert.True(page.Length <= 1500);
            listed.AddRange(page.Select(stored => stored.Client!.ClientId));
        }

        Assert.Equal(ids.Order(StringComparer.Ordinal), listed.Where(id => id.StartsWith("paged-", StringComparison.Ordinal)));
        Assert.Equal(listed.Order(StringComparer.Ordinal), listed);
    }

    protected async Task Day_of_the_last_use_is_kept_and_never_goes_back()
    {
        var store = await OpenAsync();
        var (secret, _) = ClientSecret.Generate(TestKeys.CreatedAt);
        var client = ClientOf(NewId()) with { Secrets = [secret] };
        await store.AddAsync(client, default);
        var day = new DateOnly(2026, 6, 1);

        await store.NoteUseAsync(client.ClientId, secret.Id, day, default);
        await store.NoteUseAsync(client.ClientId, secret.Id, day.AddDays(-1), default);

        Assert.Equal(day, (await store.FindAsync(client.ClientId, default))!.Secrets.Single().LastUsed);
        var renamed = Renamed(client, "x");
        Assert.Equal(ClientChange.Done, await store.ChangeAsync(client, renamed, keepAdministrator: true, default));
        Assert.Equal(day, (await store.FindAsync(client.ClientId, default))!.Secrets.Single().LastUsed);
        await store.ChangeAsync(renamed, null, keepAdministrator: true, default);
        await store.AddAsync(client, default);
        Assert.Null((await store.FindAsync(client.ClientId, default))!.Secrets.Single().LastUsed);
    }

    protected async Task Identifier_is_kept_once_until_it_expires()
    {
        var store = await OpenAsync();
        var identifier = NewId();
        var expiry = Time.Now.AddMinutes(5);

        var kept = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => store.TryConsumeJtiAsync(identifier, expiry, default))));

        Assert.Single(kept, true);
        Time.Now = expiry.AddSeconds(-1);
        Assert.False(await store.TryConsumeJtiAsync(identifier, expiry, default));
        Assert.True(await store.TryConsumeJtiAsync(NewId(), expiry, default));
        Time.Now = expiry;
        Assert.True(await store.TryConsumeJtiAsync(identifier, expiry.AddMinutes(5), default));
        Assert.False(await store.TryConsumeJtiAsync(identifier, expiry.AddMinutes(5), default));
    }

    protected static string NewId() => $"c{Guid.NewGuid():N}";
}
