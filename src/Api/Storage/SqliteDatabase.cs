using System.Collections.Immutable;
using Api.Configuration;
using Api.Foundation;
using Microsoft.Data.Sqlite;

namespace Api.Storage;

/// <summary>The SQLite file with the documents: creates it, migrates its schema, and opens a connection for each operation.</summary>
internal sealed class SqliteDatabase(AuthorizationServerOptions options) : IDisposable
{
    /// <summary>The steps from each version of the schema to the next. A released step is never changed.</summary>
    private static readonly ImmutableArray<string> Migrations =
    [
        "CREATE TABLE clients (client_id TEXT NOT NULL PRIMARY KEY, document TEXT NOT NULL) STRICT, WITHOUT ROWID",
        """
        ALTER TABLE clients ADD COLUMN version TEXT NOT NULL DEFAULT '';
        UPDATE clients SET version = lower(hex(randomblob(8)));
        CREATE TABLE secret_uses (
            client_id TEXT NOT NULL REFERENCES clients (client_id) ON DELETE CASCADE,
            secret_id TEXT NOT NULL,
            day TEXT NOT NULL,
            PRIMARY KEY (client_id, secret_id)) STRICT, WITHOUT ROWID;
        CREATE TABLE identifiers (identifier TEXT NOT NULL PRIMARY KEY, expires_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        CREATE INDEX identifiers_by_expiry ON identifiers (expires_at);
        """,
        """
        CREATE TABLE documents (
            pk TEXT NOT NULL,
            sk TEXT NOT NULL,
            version TEXT NOT NULL,
            document TEXT NOT NULL,
            list TEXT,
            expires_at INTEGER,
            PRIMARY KEY (pk, sk)) STRICT, WITHOUT ROWID;
        CREATE INDEX documents_by_list ON documents (list, pk) WHERE list IS NOT NULL;
        CREATE INDEX documents_by_expiry ON documents (expires_at) WHERE expires_at IS NOT NULL;
        INSERT INTO documents (pk, sk, version, document, list)
            SELECT 'client#' || client_id, 'client', version, CASE WHEN NOT json_valid(document) THEN document
                WHEN json_type(document, '$.secrets') = 'array' THEN json_set(document, '$.secrets', (
                    SELECT json_group_array(json_patch(secret.value, json_object('last_used', uses.day)))
                        FROM json_each(document, '$.secrets') AS secret
                        LEFT JOIN secret_uses AS uses
                            ON uses.client_id = clients.client_id AND uses.secret_id = json_extract(secret.value, '$.id')))
                ELSE document END, 'client' FROM clients;
        INSERT INTO documents (pk, sk, version, document, expires_at)
            SELECT 'jti#' || identifier, 'jti', '', '{}', expires_at FROM identifiers;
        DROP TABLE secret_uses;
        DROP TABLE clients;
        DROP TABLE identifiers;
        """,
    ];

    // SQLite has one writer at a time, and others poll for their turn. The writers of this process wait in line instead.
    private readonly SemaphoreSlim _writing = new(1);

    // Until schema 3 the database had only clients in it.
    private readonly string _formerPath = System.IO.Path.Combine(options.DataDirectory, "clients.db");

    public string Path { get; } = System.IO.Path.Combine(options.DataDirectory, "data.db");

    public bool Exists => File.Exists(Path) || File.Exists(_formerPath);

    /// <summary>Creates the database if there is none, migrates it, and checks that this program can read it.</summary>
    /// <exception cref="StorageException">It is damaged or too new, or its folder cannot be written.</exception>
    public async Task OpenAsync(CancellationToken cancellation)
    {
        try
        {
            PrivateFile.CreateFolder(options.DataDirectory);
            await CopyFormerAsync(cancellation);
            CreateFile();
            RequireSafe(Path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Failure(exception, Path);
        }

        await WriteAsync(async connection =>
        {
            // Readers then do not wait for a writer. The file keeps the setting.
            await connection.ExecuteAsync("PRAGMA journal_mode = WAL", cancellation);
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            var version = (long)(await connection.ScalarAsync("PRAGMA user_version", cancellation))!;

            if (version > Migrations.Length)
            {
                throw new StorageException(
                    $"A newer version of this program wrote the database {Path} (schema {version}; this version reads {Migrations.Length}). "
                    + "Use that version, or set DataDirectory to another folder.");
            }

            if (version == Migrations.Length)
            {
                return true;
            }

            foreach (var migration in Migrations[(int)version..])
            {
                await connection.ExecuteAsync(migration, cancellation);
            }

            await connection.ExecuteAsync($"PRAGMA user_version = {Migrations.Length}", cancellation);
            await transaction.CommitAsync(cancellation);

            return true;
        });
    }

    /// <exception cref="StorageException">The database cannot be read or written.</exception>
    public async Task<T> WriteAsync<T>(Func<SqliteConnection, Task<T>> work)
    {
        await _writing.WaitAsync();

        try
        {
            return await ReadAsync(work);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <exception cref="StorageException">The database cannot be read.</exception>
    public Task<T> ReadAsync<T>(Func<SqliteConnection, Task<T>> work) => ReadAsync(work, Path);

    public void Dispose() => _writing.Dispose();

    private static async Task<T> ReadAsync<T>(Func<SqliteConnection, Task<T>> work, string path)
    {
        try
        {
            await using var connection = new SqliteConnection(new SqliteConnectionStringBuilder
            {
                DataSource = path,
                Mode = SqliteOpenMode.ReadWrite,
                DefaultTimeout = 5,
            }.ToString());
            await connection.OpenAsync();

            return await work(connection);
        }
        catch (Exception exception) when (exception is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw Failure(exception, path);
        }
    }

    private static StorageException Failure(Exception exception, string path) => new(
        $"The database {path} cannot be read or written: {exception.Message} Let this user read and write the folder, restore the file "
        + "from a backup, or set DataDirectory to another folder.", exception);

    private void RequireSafe(string path)
    {
        if ((PrivateFile.FindFault(options.DataDirectory) ?? PrivateFile.FindFault(path)) is { } fault)
        {
            throw new StorageException($"The database {path} is not safe. {fault}, or set DataDirectory to a new folder.");
        }
    }

    // The former file stays as a backup.
    private async Task CopyFormerAsync(CancellationToken cancellation)
    {
        if (File.Exists(Path) || !File.Exists(_formerPath))
        {
            return;
        }

        RequireSafe(_formerPath);
        var copy = $"{Path}.{Guid.NewGuid():N}";
        await PrivateFile.CreateFile(copy).DisposeAsync();

        try
        {
            // Includes what is still in the write-ahead log.
            await ReadAsync(connection => connection.ExecuteAsync("VACUUM INTO $copy", cancellation, ("$copy", copy)), _formerPath);
            File.Move(copy, Path);
        }
        catch (IOException) when (File.Exists(Path))
        {
            // Another process was faster.
        }
        finally
        {
            File.Delete(copy);
        }
    }

    // SQLite would create the file with default permissions. It gives its other files the permissions of this one.
    private void CreateFile()
    {
        try
        {
            PrivateFile.CreateFile(Path).Dispose();
        }
        catch (IOException) when (File.Exists(Path))
        {
        }
    }
}

internal static class SqliteCommands
{
    public static async Task<int> ExecuteAsync(
        this SqliteConnection connection, string sql, CancellationToken cancellation, params (string Name, object? Value)[] parameters)
    {
        await using var command = connection.Command(sql, parameters);

        return await command.ExecuteNonQueryAsync(cancellation);
    }

    public static async Task<object?> ScalarAsync(
        this SqliteConnection connection, string sql, CancellationToken cancellation, params (string Name, object? Value)[] parameters)
    {
        await using var command = connection.Command(sql, parameters);

        return await command.ExecuteScalarAsync(cancellation);
    }

    public static SqliteCommand Command(this SqliteConnection connection, string sql, params (string Name, object? Value)[] parameters)
    {
        var command = connection.CreateCommand();

        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        }

#pragma warning disable CA2100 // Every text is a constant of the code; values go in as parameters.
        command.CommandText = sql;
#pragma warning restore CA2100

        return command;
    }
}
