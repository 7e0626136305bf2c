using Api.Clients;
using Api.Storage;
using Api.Tests.Support;

namespace Api.Tests.Storage;

public sealed class SqliteDocumentStoreTests : DocumentStoreContract, IDisposable
{
    private const string Orders = """
        {"client_id":"orders","client_name":"Orders","scope":"USER","secrets":[
            {"id":"a","sha256":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=","created_at":"2026-06-01T12:00:00+00:00"},
            {"id":"b","sha256":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=","created_at":"2026-06-01T12:00:00+00:00"}],
            "claims":{"tenant":"t"},"enabled":true,"created_at":"2026-06-01T12:00:00+00:00"}
        """;

    private readonly TemporaryFolder _folder = new();

    private string Path => _folder["data/data.db"];

    private string FormerPath => _folder["data/clients.db"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Contract))]
    public Task Contract_is_kept(string test) => RunAsync(test);

    [Fact]
    public async Task Clients_of_the_first_schema_are_migrated()
    {
        Directory.CreateDirectory(_folder["data"]);
        await RawSqlite.ExecuteAsync(
            FormerPath,
            """
            CREATE TABLE clients (client_id TEXT NOT NULL PRIMARY KEY, document TEXT NOT NULL) STRICT, WITHOUT ROWID;
            INSERT INTO clients VALUES ('orders', $document);
            PRAGMA user_version = 1;
            """,
            ("$document", Orders));

        var client = (await new ClientStore(await OpenAsync()).FindAsync("orders", default))!;

        Assert.Equal(("Orders", client.CreatedAt), (client.ClientName, client.UpdatedAt));
        Assert.NotEmpty(client.Version);
    }

    [Fact]
    public async Task Clients_and_identifiers_of_the_second_schema_are_migrated()
    {
        Directory.CreateDirectory(_folder["data"]);
        await RawSqlite.ExecuteAsync(
            FormerPath,
            """
            PRAGMA journal_mode = WAL;
            CREATE TABLE clients (client_id TEXT NOT NULL PRIMARY KEY, document TEXT NOT NULL, version TEXT NOT NULL DEFAULT '') STRICT, WITHOUT ROWID;
            CREATE TABLE secret_uses (client_id TEXT NOT NULL REFERENCES clients (client_id) ON DELETE CASCADE, secret_id TEXT NOT NULL,
                day TEXT NOT NULL, PRIMARY KEY (client_id, secret_id)) STRICT, WITHOUT ROWID;
            CREATE TABLE identifiers (identifier TEXT NOT NULL PRIMARY KEY, expires_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
            INSERT INTO clients VALUES ('orders', $document, '1'), ('text', '{', '2'), ('list', '[]', '3'), ('odd', '{"secrets":7}', '4');
            INSERT INTO secret_uses VALUES ('orders', 'b', '2026-06-02');
            INSERT INTO identifiers VALUES ('used', $end);
            PRAGMA user_version = 2;
            """,
            ("$document", Orders),
            ("$end", $"{Time.Now.AddMinutes(5).ToUnixTimeSeconds()}"));

        var store = new ClientStore(await OpenAsync());

        var listed = await store.ListAsync(null, 10, default);
        Assert.Equal(["list", "odd", "orders", "text"], listed.Select(stored => stored.ClientId));
        Assert.Equal([false, false, true, false], listed.Select(stored => stored.Client is not null));
        var client = listed[2].Client!;
        Assert.Equal(("1", "t"), (client.Version, client.Claims["tenant"].GetString()));
        Assert.Equal([null, new DateOnly(2026, 6, 2)], client.Secrets.Select(secret => secret.LastUsed));
        Assert.False(await store.TryConsumeJtiAsync("used", Time.Now.AddMinutes(5), default));
        // The former file is only read once: what is removed later does not come back.
        Assert.True(await store.ChangeAsync(client, null, default));
        Assert.Null(await new ClientStore(await OpenAsync()).FindAsync("orders", default));
    }

    [Fact]
    public async Task Many_who_open_it_at_once_make_one_database() =>
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(OpenAsync)));

    [Fact]
    public async Task Files_are_for_their_owner_alone()
    {
        await AddAsync(await OpenAsync(), DocumentOf("p"));

        Assert.All(
            Directory.GetFiles(_folder["data"]),
            file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
    }

    [Theory]
    [InlineData("data")]
    [InlineData("data/data.db")]
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

        await AddAsync(await OpenAsync(), DocumentOf("p"));

        var owner = (await Ownership.OfAsync(_folder["data"])).Split(' ')[1..];

        foreach (var file in Directory.GetFiles(_folder["data"]))
        {
            Assert.Equal(owner, (await Ownership.OfAsync(file)).Split(' ')[1..]);
        }
    }

    [Theory]
    [InlineData("data/data.db")]
    [InlineData("data/clients.db")]
    public async Task Damaged_database_is_refused_and_stays(string path)
    {
        Directory.CreateDirectory(_folder["data"]);
        await File.WriteAllTextAsync(_folder[path], new string('x', 4096));

        var refusal = await Assert.ThrowsAsync<StorageException>(OpenAsync);

        Assert.Contains(_folder[path], refusal.Message, StringComparison.Ordinal);
        Assert.Equal([_folder[path]], Directory.GetFiles(_folder["data"]));
        Assert.Equal(new string('x', 4096), await File.ReadAllTextAsync(_folder[path]));
    }

    [Fact]
    public async Task Database_of_a_newer_program_is_refused()
    {
        await OpenAsync();
        await RawSqlite.ExecuteAsync(Path, "PRAGMA user_version = 99");

        var refusal = await Assert.ThrowsAsync<StorageException>(OpenAsync);

        Assert.Contains("newer version of this program", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("(schema 99", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Expired_documents_are_deleted_by_the_next_write()
    {
        var store = await OpenAsync();
        await AddAsync(store, DocumentOf("expires") with { ExpiresAt = Time.Now.AddMinutes(1) });
        Time.Now += TimeSpan.FromMinutes(1);
        await AddAsync(store, DocumentOf("stays"));

        Time.Now -= TimeSpan.FromMinutes(1);

        Assert.Null(await store.GetAsync(new("expires", "s"), default));
    }

    [Fact]
    public async Task End_that_is_no_time_hurts_nothing()
    {
        var store = await OpenAsync();
        await AddAsync(store, DocumentOf("p") with { List = "l" });
        await RawSqlite.ExecuteAsync(Path, "UPDATE documents SET expires_at = 9223372036854775807");

        Assert.Single(await store.ListAsync("l", null, 10, default));
    }

    internal override async Task<IDocumentStore> OpenAsync()
    {
        var database = new SqliteDatabase(new() { DataDirectory = _folder["data"] });
        await database.OpenAsync(default);

        return new SqliteDocumentStore(database, Time);
    }
}
