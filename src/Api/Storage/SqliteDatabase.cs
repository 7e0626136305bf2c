using System.Collections.Immutable;
using Api.Configuration;
using Api.Foundation;
using Microsoft.Data.Sqlite;

namespace Api.Storage;

/// <summary>The SQLite file of the registered clients: makes it, brings its schema up to date, and opens it for each piece of work.</summary>
internal sealed class SqliteDatabase(AuthorizationServerOptions options) : IDisposable
{
    /// <summary>What brings the schema from each version to the next. What has once shipped is never changed.</summary>
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
    ];

    // There is one writer at a time, and SQLite lets the others only try again and again. Here they wait in line.
    private readonly SemaphoreSlim _writing = new(1);

    public string Path { get; } = System.IO.Path.Combine(options.DataDirectory, "clients.db");

    /// <summary>Makes the database where there is none, and checks that this program can read it.</summary>
    /// <exception cref="StorageException">It is damaged, too new, or its folder cannot be written.</exception>
    public Task OpenAsync(CancellationToken cancellation)
    {
        try
        {
            PrivateFile.CreateFolder(options.DataDirectory);
            CreateFile();
            RequireSafe();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Failure(exception);
        }

        return WriteAsync(async connection =>
        {
            // Readers do not wait for a writer; the setting stays in the file.
            await connection.ExecuteAsync("PRAGMA journal_mode = WAL", cancellation);
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            var version = (long)(await connection.ScalarAsync("PRAGMA user_version", cancellation))!;

            if (version > Migrations.Length)
            {
                throw new StorageException(
                    $"The clients in {Path} were written by a newer program (schema {version}; this one reads {Migrations.Length}). Use "
                    + "that program, or set DataDirectory to another folder.");
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

    /// <exception cref="StorageException">The database cannot be read or written, or what is in it breaks a rule.</exception>
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

    /// <exception cref="StorageException">The database cannot be read, or what is in it breaks a rule.</exception>
    public async Task<T> ReadAsync<T>(Func<SqliteConnection, Task<T>> work)
    {
        try
        {
            await using var connection = new SqliteConnection(new SqliteConnectionStringBuilder
            {
                DataSource = Path,
                Mode = SqliteOpenMode.ReadWrite,
                ForeignKeys = true,
                DefaultTimeout = 5,
            }.ToString());
            await connection.OpenAsync();

            return await work(connection);
        }
        catch (Exception exception) when (exception is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw Failure(exception);
        }
    }

    public void Dispose() => _writing.Dispose();

    private StorageException Failure(Exception exception) => new(
        $"The clients in {Path} cannot be read or written: {exception.Message} Let this user read and write the folder, restore the file "
        + "from a backup, or set DataDirectory to another folder.", exception);

    private void RequireSafe()
    {
        if ((PrivateFile.FindFault(options.DataDirectory) ?? PrivateFile.FindFault(Path)) is { } fault)
        {
            throw new StorageException($"The clients in {Path} are not safe. {fault}, or set DataDirectory to a new folder.");
        }
    }

    // SQLite would make the file with the rights that everybody has by default, and gives its other files those of this one.
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
        this SqliteConnection connection, string sql, CancellationToken cancellation, params (string Name, object Value)[] parameters)
    {
        await using var command = connection.Command(sql, parameters);

        return await command.ExecuteNonQueryAsync(cancellation);
    }

    public static async Task<object?> ScalarAsync(
        this SqliteConnection connection, string sql, CancellationToken cancellation, params (string Name, object Value)[] parameters)
    {
        await using var command = connection.Command(sql, parameters);

        return await command.ExecuteScalarAsync(cancellation);
    }

    public static SqliteCommand Command(this SqliteConnection connection, string sql, params (string Name, object Value)[] parameters)
    {
        var command = connection.CreateCommand();

        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

#pragma warning disable CA2100 // Every text is a constant of the code; values go in as parameters.
        command.CommandText = sql;
#pragma warning restore CA2100

        return command;
    }
}
