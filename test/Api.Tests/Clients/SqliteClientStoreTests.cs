using Api.Clients;
using Api.Tests.Support;
using Microsoft.Data.Sqlite;

namespace Api.Tests.Clients;

public sealed class SqliteClientStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Client_is_found_again_by_its_exact_id()
    {
        var store = await OpenAsync();
        Assert.True(await store.IsEmptyAsync(default));

        Assert.True(await store.AddAsync(ClientOf("orders"), default));

        store = await OpenAsync();
        Assert.False(await store.IsEmptyAsync(default));
        Assert.Equal("orders", (await store.FindAsync("orders", default))?.ClientId);
        Assert.Null(await store.FindAsync("Orders", default));
        Assert.Null(await store.FindAsync("' OR 1=1 --", default));
    }

    [Fact]
    public async Task Second_client_of_an_id_is_not_added()
    {
        var store = await OpenAsync();

        var added = await Task.WhenAll(Enumerable.Range(0, 8).Select(number =>
            Task.Run(() => store.AddAsync(ClientOf("orders") with { ClientName = $"{number}" }, default))));

        Assert.Single(added, true);
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

    [Fact]
    public async Task Damaged_database_is_refused_and_stays()
    {
        Directory.CreateDirectory(_folder["data"]);
        await File.WriteAllTextAsync(Path, new string('x', 4096));

        var refusal = await Assert.ThrowsAsync<ClientStoreException>(OpenAsync);

        Assert.Contains(Path, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(new string('x', 4096), await File.ReadAllTextAsync(Path));
    }

    [Fact]
    public async Task Database_of_a_newer_program_is_refused()
    {
        await OpenAsync();
        await ExecuteAsync("PRAGMA user_version = 99");

        var refusal = await Assert.ThrowsAsync<ClientStoreException>(OpenAsync);

        Assert.Contains("newer program (schema 99", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Client_that_breaks_a_rule_is_refused_by_name()
    {
        var store = await OpenAsync();
        await ExecuteAsync("INSERT INTO clients VALUES ('orders', '{}')");

        var refusal = await Assert.ThrowsAsync<ClientStoreException>(() => store.FindAsync("orders", default));

        Assert.Contains("The client orders in", refusal.Message, StringComparison.Ordinal);
    }

    private string Path => System.IO.Path.Combine(_folder["data"], "clients.db");

    private static Client ClientOf(string id) => new() { ClientId = id, ClientName = id, Scopes = ["USER"], CreatedAt = TestKeys.CreatedAt };

    private async Task<SqliteClientStore> OpenAsync()
    {
        var store = new SqliteClientStore(new() { DataDirectory = _folder["data"] });
        await store.OpenAsync(default);

        return store;
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={Path}");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The texts are those above.
        command.CommandText = sql;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}
