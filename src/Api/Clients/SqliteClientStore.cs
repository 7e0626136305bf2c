using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Api.OAuth;
using Api.Storage;
using Microsoft.Data.Sqlite;

namespace Api.Clients;

/// <summary>The registered clients in a SQLite database, a JSON document each.</summary>
internal sealed class SqliteClientStore(SqliteDatabase database, TimeProvider time) : IClientStore
{
    private const string Columns = """
        client_id, document, version,
        (SELECT json_group_object(secret_id, day) FROM secret_uses WHERE secret_uses.client_id = clients.client_id)
        """;

    // json_extract fails at a document that is no JSON.
    private const string OthersThatMayAdminister = $"""
        SELECT {Columns} FROM clients WHERE client_id <> $client_id AND CASE WHEN json_valid(document) THEN
            json_extract(document, '$.enabled') AND instr(' ' || json_extract(document, '$.scope') || ' ', ' {Scope.Admin} ') END
        """;

    public Task<Client?> FindAsync(string clientId, CancellationToken cancellation) => database.ReadAsync(async connection =>
        (await FindAsync(connection, clientId, cancellation))?.Require(database.Path));

    public Task<ImmutableArray<StoredClient>> ListAsync(string? after, int limit, CancellationToken cancellation) =>
        database.ReadAsync(connection => ReadAsync(
            connection.Command(
                $"SELECT {Columns} FROM clients WHERE client_id > $after ORDER BY client_id LIMIT $limit",
                ("$after", after ?? ""),
                ("$limit", limit)),
            cancellation));

    public Task<bool> IsEmptyAsync(CancellationToken cancellation) => database.ReadAsync(async connection =>
        await connection.ScalarAsync("SELECT EXISTS (SELECT 1 FROM clients)", cancellation) is 0L);

    public Task<bool> AddAsync(Client client, CancellationToken cancellation) => database.WriteAsync(async connection =>
        await connection.ExecuteAsync(
            "INSERT INTO clients (client_id, document, version) VALUES ($client_id, $document, $version) ON CONFLICT DO NOTHING",
            cancellation,
            ("$client_id", client.ClientId),
            ("$document", ClientDocument.Write(client)),
            ("$version", client.Version)) is 1);

    public Task<ClientChange> ChangeAsync(Client before, Client? after, bool keepAdministrator, CancellationToken cancellation) =>
        database.WriteAsync(async connection =>
        {
            // Takes the right to write at once, so that what is read here still holds when it is written.
            await using var transaction = await connection.BeginTransactionAsync(cancellation);

            if (keepAdministrator
                && before.IsAdministrator
                && after?.IsAdministrator is not true
                && !(await ReadAsync(connection.Command(OthersThatMayAdminister, ("$client_id", before.ClientId)), cancellation))
                    .Any(other => other.Client?.IsAdministrator is true))
            {
                return ClientChange.LastAdministrator;
            }

            if (!await ReplaceAsync(connection, before, after, cancellation))
            {
                return ClientChange.Conflict;
            }

            await transaction.CommitAsync(cancellation);

            return ClientChange.Done;
        });

    public Task<bool> RemoveDamagedAsync(string clientId, CancellationToken cancellation) => database.WriteAsync(async connection =>
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);

        if (await FindAsync(connection, clientId, cancellation) is not { Client: null })
        {
            return false;
        }

        await connection.ExecuteAsync("DELETE FROM clients WHERE client_id = $client_id", cancellation, ("$client_id", clientId));
        await transaction.CommitAsync(cancellation);

        return true;
    });

    public Task NoteUseAsync(string clientId, string secretId, DateOnly day, CancellationToken cancellation) =>
        database.WriteAsync(connection => connection.ExecuteAsync(
            """
            INSERT INTO secret_uses (client_id, secret_id, day) VALUES ($client_id, $secret_id, $day)
                ON CONFLICT DO UPDATE SET day = excluded.day WHERE excluded.day > day
            """,
            cancellation,
            ("$client_id", clientId),
            ("$secret_id", secretId),
            ("$day", day.ToString("O", CultureInfo.InvariantCulture))));

    public Task<bool> TryConsumeJtiAsync(string identifier, DateTimeOffset expiresAt, CancellationToken cancellation) =>
        database.WriteAsync(async connection =>
        {
            await connection.ExecuteAsync(
                "DELETE FROM identifiers WHERE expires_at <= $now", cancellation, ("$now", time.GetUtcNow().ToUnixTimeSeconds()));

            return await connection.ExecuteAsync(
                "INSERT INTO identifiers (identifier, expires_at) VALUES ($identifier, $expires_at) ON CONFLICT DO NOTHING",
                cancellation,
                ("$identifier", identifier),
                ("$expires_at", expiresAt.ToUnixTimeSeconds())) is 1;
        });

    private static async Task<bool> ReplaceAsync(
        SqliteConnection connection, Client before, Client? after, CancellationToken cancellation)
    {
        (string, object)[] which = [("$client_id", before.ClientId), ("$before", before.Version)];

        if (after is not null)
        {
            return await connection.ExecuteAsync(
                "UPDATE clients SET document = $document, version = $version WHERE client_id = $client_id AND version = $before",
                cancellation,
                [.. which, ("$document", ClientDocument.Write(after)), ("$version", after.Version)]) is 1;
        }

        // Removes what is noted of its secrets as well.
        await connection.ExecuteAsync("DELETE FROM clients WHERE client_id = $client_id AND version = $before", cancellation, which);

        return await connection.ScalarAsync(
            "SELECT EXISTS (SELECT 1 FROM clients WHERE client_id = $client_id)", cancellation, ("$client_id", before.ClientId)) is 0L;
    }

    private static async Task<StoredClient?> FindAsync(
        SqliteConnection connection, string clientId, CancellationToken cancellation) =>
        (await ReadAsync(connection.Command($"SELECT {Columns} FROM clients WHERE client_id = $client_id", ("$client_id", clientId)), cancellation))
            .SingleOrDefault();

    private static async Task<ImmutableArray<StoredClient>> ReadAsync(SqliteCommand command, CancellationToken cancellation)
    {
        await using var _ = command;
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var clients = ImmutableArray.CreateBuilder<StoredClient>();

        while (await reader.ReadAsync(cancellation))
        {
            var (clientId, document, version, days) = (reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetString(3));
            clients.Add(StoredClient.Read(clientId, () => ClientDocument.Parse(clientId, document, version, ParseDays(days))));
        }

        return clients.DrainToImmutable();
    }

    private static Dictionary<string, DateOnly> ParseDays(string json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, ClientJson.Default.DictionaryStringDateOnly)!;
        }
        catch (JsonException)
        {
            throw new FormatException("the day of a secret's last use is no date");
        }
    }
}
