using Api.Clients;
using Api.Storage;
using Api.Tests.Support;

namespace Api.Tests.Clients;

public sealed class SqliteClientStoreTests : ClientStoreContract, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Contract))]
    public Task Contract_is_kept(string test) => RunAsync(test);

    [Fact]
    public async Task Database_of_the_first_schema_is_brought_up_to_date()
    {
        Directory.CreateDirectory(_folder["data"]);
        await RawSqlite.ExecuteAsync(Path, """
            CREATE TABLE clients (client_id TEXT NOT NULL PRIMARY KEY, document TEXT NOT NULL) STRICT, WITHOUT ROWID;
            INSERT INTO clients VALUES ('orders', '{"client_id":"orders","client_name":"Orders","scope":"USER","secrets":[],"claims":{},'
                || '"access_token_lifetime":null,"enabled":true,"created_at":"2026-06-01T12:00:00+00:00"}');
            PRAGMA user_version = 1;
            """);

        var store = await OpenAsync();

        var client = (await store.FindAsync("orders", default))!;
        Assert.Equal(("Orders", client.CreatedAt), (client.ClientName, client.UpdatedAt));
        Assert.NotEmpty(client.Version);
        Assert.Equal(ClientChange.Done, await store.ChangeAsync(client, Renamed(client, "x"), keepAdministrator: true, default));
    }

    [Fact]
    public async Task Many_who_open_it_at_once_make_one_database() =>
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(OpenAsync)));

    [Fact]
    public async Task Files_are_for_their_owner_alone()
    {
        await (await OpenAsync()).AddAsync(ClientOf("orders"), default);

        Assert.All(
            Directory.GetFiles(_folder["data"]),
            file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
    }

    [Theory]
    [InlineData("data")]
    [InlineData("data/clients.db")]
    public async Task Database_that_everybody_may_write_is_refused(string path)
    {
        await OpenAsync();
        File.SetUnixFileMode(_folder[path], File.GetUnixFileMode(_folder[path]) | UnixFileMode.OtherWrite);

        var refusal = await Assert.ThrowsAsync<StorageException>(OpenAsync);

        Assert.Contains($"Run `chmod o-w {_folder[path]}`", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Database_that_root_makes_belongs_to_the_owner_of_the_folder()
    {
        Directory.CreateDirectory(_folder["data"]);
        await Ownership.GiveToOtherAsync(_folder["data"]);

        var store = await OpenAsync();
        await store.AddAsync(ClientOf("orders"), default);

        var owner = (await Ownership.OfAsync(_folder["data"])).Split(' ')[1..];

        foreach (var file in Directory.GetFiles(_folder["data"]))
        {
            Assert.Equal(owner, (await Ownership.OfAsync(file)).Split(' ')[1..]);
        }
    }

    [Fact]
    public async Task Damaged_database_is_refused_and_stays()
    {
        Directory.CreateDirectory(_folder["data"]);
        await File.WriteAllTextAsync(Path, new string('x', 4096));

        var refusal = await Assert.ThrowsAsync<StorageException>(OpenAsync);

        Assert.Contains(Path, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(new string('x', 4096), await File.ReadAllTextAsync(Path));
    }

    [Fact]
    public async Task Database_of_a_newer_program_is_refused()
    {
        await OpenAsync();
        await RawSqlite.ExecuteAsync(Path, "PRAGMA user_version = 99");

        var refusal = await Assert.ThrowsAsync<StorageException>(OpenAsync);

        Assert.Contains("newer program (schema 99", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Client_that_breaks_a_rule_is_refused_by_name()
    {
        var store = await OpenAsync();
        await WriteDocumentAsync("orders", "{}");

        var refusal = await Assert.ThrowsAsync<DamagedClientException>(() => store.FindAsync("orders", default));

        Assert.Contains("The client orders in", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Day_that_is_no_date_damages_its_client_alone()
    {
        var store = await OpenAsync();
        await store.AddAsync(ClientOf("good"), default);
        await store.AddAsync(ClientOf("orders"), default);
        await RawSqlite.ExecuteAsync(Path, "INSERT INTO secret_uses VALUES ('orders', 's', 'yesterday')");

        await Assert.ThrowsAsync<DamagedClientException>(() => store.FindAsync("orders", default));

        Assert.Equal([true, false], (await store.ListAsync(null, 10, default)).Select(stored => stored.Client is not null));
        Assert.True(await store.RemoveDamagedAsync("orders", default));
    }

    private string Path => System.IO.Path.Combine(_folder["data"], "clients.db");

    internal override Task WriteDocumentAsync(string clientId, string document) =>
        RawSqlite.WriteClientAsync(Path, clientId, document);

    internal override async Task<IClientStore> OpenAsync()
    {
        var database = new SqliteDatabase(new() { DataDirectory = _folder["data"] });
        await database.OpenAsync(default);

        return new SqliteClientStore(database, Time);
    }
}
