using System.Collections.Immutable;
using Microsoft.Data.Sqlite;

namespace Api.Storage;

/// <summary>The documents in a SQLite database.</summary>
internal sealed class SqliteDocumentStore(SqliteDatabase database, TimeProvider time) : IDocumentStore
{
    private const string Select =
        "SELECT pk, sk, version, document, list, expires_at FROM documents WHERE (expires_at IS NULL OR expires_at > $now) AND ";

    public async Task<Document?> GetAsync(DocumentKey key, CancellationToken cancellation) =>
        (await ReadAsync("pk = $pk AND sk = $sk", cancellation, [("$pk", key.Partition), ("$sk", key.Sort)])).SingleOrDefault();

    public Task<ImmutableArray<Document>> QueryAsync(string partition, string sortPrefix, int limit, CancellationToken cancellation) =>
        ReadAsync(
            "pk = $pk AND sk >= $prefix AND substr(sk, 1, length($prefix)) = $prefix ORDER BY sk LIMIT $limit",
            cancellation,
            [("$pk", partition), ("$prefix", sortPrefix), ("$limit", limit)]);

    public Task<ImmutableArray<Document>> ListAsync(string list, string? after, int limit, CancellationToken cancellation) => ReadAsync(
        "list = $list AND pk > $after ORDER BY pk LIMIT $limit",
        cancellation,
        [("$list", list), ("$after", after ?? ""), ("$limit", limit)]);

    public Task<bool> WriteAsync(ImmutableArray<DocumentWrite> writes, CancellationToken cancellation) =>
        database.WriteAsync(async connection =>
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            await connection.ExecuteAsync("DELETE FROM documents WHERE expires_at <= $now", cancellation, Now());

            foreach (var write in writes)
            {
                if (!await WriteAsync(connection, write, cancellation))
                {
                    return false;
                }
            }

            await transaction.CommitAsync(cancellation);

            return true;
        });

    private static async Task<bool> WriteAsync(SqliteConnection connection, DocumentWrite write, CancellationToken cancellation)
    {
        switch (write)
        {
            case DocumentWrite.Add add:
                return await connection.ExecuteAsync(
                    """
                    INSERT INTO documents (pk, sk, version, document, list, expires_at)
                        VALUES ($pk, $sk, $version, $document, $list, $expires_at)
                        ON CONFLICT DO UPDATE SET document = excluded.document WHERE version = excluded.version
                    """,
                    cancellation,
                    Values(add.Document)) is 1;
            case DocumentWrite.Replace replace:
                return await connection.ExecuteAsync(
                    """
                    UPDATE documents SET version = $version, document = $document, list = $list, expires_at = $expires_at
                        WHERE pk = $pk AND sk = $sk AND version IN ($before, $version)
                    """,
                    cancellation,
                    [.. Values(replace.Document), ("$before", replace.Before)]) is 1;
            case DocumentWrite.Delete delete:
                (string, object?)[] key = [("$pk", delete.Key.Partition), ("$sk", delete.Key.Sort)];
                await connection.ExecuteAsync(
                    "DELETE FROM documents WHERE pk = $pk AND sk = $sk AND version = $before",
                    cancellation,
                    [.. key, ("$before", delete.Before)]);

                return await connection.ScalarAsync(
                    "SELECT EXISTS (SELECT 1 FROM documents WHERE pk = $pk AND sk = $sk)", cancellation, key) is 0L;
            default:
                throw new ArgumentException($"{write.GetType()} is not known.", nameof(write));
        }
    }

    private static (string, object?)[] Values(Document document) =>
    [
        ("$pk", document.Key.Partition),
        ("$sk", document.Key.Sort),
        ("$version", document.Version),
        ("$document", document.Json),
        ("$list", document.List),
        ("$expires_at", document.ExpiresAt?.ToUnixTimeSeconds()),
    ];

    private Task<ImmutableArray<Document>> ReadAsync(
        string condition, CancellationToken cancellation, params (string, object?)[] parameters) => database.ReadAsync(async connection =>
    {
        await using var command = connection.Command(Select + condition, [.. parameters, Now()]);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var documents = ImmutableArray.CreateBuilder<Document>();

        while (await reader.ReadAsync(cancellation))
        {
            documents.Add(new(new(reader.GetString(0), reader.GetString(1)), reader.GetString(3))
            {
                Version = reader.GetString(2),
                List = reader.GetValue(4) as string,
                ExpiresAt = reader.GetValue(5) is long seconds ? Document.ExpiryAt(seconds) : null,
            });
        }

        return documents.DrainToImmutable();
    });

    private (string, object?) Now() => ("$now", time.GetUtcNow().ToUnixTimeSeconds());
}
