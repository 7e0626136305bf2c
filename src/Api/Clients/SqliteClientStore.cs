using Microsoft.Data.Sqlite;

namespace Api.Clients;

/// <summary>The registered clients in a SQLite database, a JSON document each.</summary>
internal sealed class SqliteClientStore(AuthorizationServerOptions options) : IClientStore
{
    private const long SchemaVersion = 1;

    private readonly string _path = Path.Combine(options.DataDirectory, "clients.db");

    /// <summary>Makes the database where there is none, and checks that this program can read it.</summary>
    /// <exception cref="ClientStoreException">It is damaged, too new, or its folder cannot be written.</exception>
    public Task OpenAsync(CancellationToken cancellation) => RunAsync(
        async connection =>
        {
            // Readers do not wait for a writer; the setting stays in the file.
            await ExecuteAsync(connection, "PRAGMA journal_mode = WAL", cancellation);
            await using var transaction = await connection.BeginTransactionAsync(cancellation);

            switch (await ScalarAsync(connection, "PRAGMA user_version", cancellation))
            {
                case 0L:
                    await ExecuteAsync(
                        connection,
                        $"""
                        CREATE TABLE clients (client_id TEXT NOT NULL PRIMARY KEY, document TEXT NOT NULL) STRICT, WITHOUT ROWID;
                        PRAGMA user_version = {SchemaVersion};
                        """,
                        cancellation);
                    break;
                case SchemaVersion:
                    break;
                case var newer:
                    throw new ClientStoreException(
                        $"The clients in {_path} were written by a newer program (schema {newer}; this one reads {SchemaVersion}). Use "
                        + "that program, or set DataDirectory to another folder.");
            }

            await transaction.CommitAsync(cancellation);

            return true;
        },
        SqliteOpenMode.ReadWriteCreate);

    /// <exception cref="ClientStoreException">The database cannot be read, or the client's document is not valid.</exception>
    public Task<Client?> FindAsync(string clientId, CancellationToken cancellation) => RunAsync(async connection =>
    {
        const string Select = "SELECT document FROM clients WHERE client_id = $client_id";

        return await ScalarAsync(connection, Select, cancellation, ("$client_id", clientId)) is string document
            ? Parse(clientId, document)
            : null;
    });

    public Task<bool> IsEmptyAsync(CancellationToken cancellation) => RunAsync(async connection =>
        await ScalarAsync(connection, "SELECT EXISTS (SELECT 1 FROM clients)", cancellation) is 0L);

    /// <summary>Adds a client; false where its id is taken, and then nothing changes.</summary>
    public Task<bool> AddAsync(Client client, CancellationToken cancellation) => RunAsync(async connection =>
    {
        const string Insert = "INSERT INTO clients (client_id, document) VALUES ($client_id, $document) ON CONFLICT DO NOTHING";

        return await ExecuteAsync(
            connection, Insert, cancellation, ("$client_id", client.ClientId), ("$document", ClientDocument.Write(client))) is 1;
    });

    private async Task<T> RunAsync<T>(Func<SqliteConnection, Task<T>> work, SqliteOpenMode mode = SqliteOpenMode.ReadWrite)
    {
        try
        {
            if (mode is SqliteOpenMode.ReadWriteCreate)
            {
                OwnerOnly.CreateFolder(options.DataDirectory);
                CreateFile();
            }

            await using var connection = new SqliteConnection(
                new SqliteConnectionStringBuilder { DataSource = _path, Mode = mode, DefaultTimeout = 5 }.ToString());
            await connection.OpenAsync();

            return await work(connection);
        }
        catch (Exception exception) when (exception is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw new ClientStoreException(
                $"The clients in {_path} cannot be read or written: {exception.Message} Let this user read and write the folder, restore "
                + "the file from a backup, or set DataDirectory to another folder.", exception);
        }
    }

    // SQLite would make the file with the rights that everybody has by default, and gives its other files those of this one.
    private void CreateFile()
    {
        try
        {
            OwnerOnly.CreateFile(_path).Dispose();
        }
        catch (IOException) when (File.Exists(_path))
        {
        }
    }

    private Client Parse(string clientId, string document)
    {
        try
        {
            return ClientDocument.Parse(document);
        }
        catch (FormatException exception)
        {
            throw new ClientStoreException($"The client {clientId} in {_path} cannot be used: {exception.Message}.", exception);
        }
    }

    private static async Task<int> ExecuteAsync(
        SqliteConnection connection, string sql, CancellationToken cancellation, params (string Name, string Value)[] parameters)
    {
        await using var command = Command(connection, sql, parameters);

        return await command.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task<object?> ScalarAsync(
        SqliteConnection connection, string sql, CancellationToken cancellation, params (string Name, string Value)[] parameters)
    {
        await using var command = Command(connection, sql, parameters);

        return await command.ExecuteScalarAsync(cancellation);
    }

    private static SqliteCommand Command(SqliteConnection connection, string sql, (string Name, string Value)[] parameters)
    {
        var command = connection.CreateCommand();

        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

#pragma warning disable CA2100 // Every text is a constant of this class; values go in as parameters.
        command.CommandText = sql;
#pragma warning restore CA2100

        return command;
    }
}
