using Microsoft.Data.Sqlite;

namespace Api.Tests.Support;

/// <summary>Changes a SQLite file directly, without the program.</summary>
internal static class RawSqlite
{
    public static async Task ExecuteAsync(string path, string sql, params (string Name, string Value)[] parameters)
    {
        await using var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWriteCreate, Pooling = false }.ToString());
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The texts are those of tests.
        command.CommandText = sql;
#pragma warning restore CA2100

        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Stores a document, valid or not, under a client ID.</summary>
    public static Task WriteClientAsync(string path, string clientId, string document) => ExecuteAsync(
        path, "INSERT INTO documents VALUES ('client#' || $id, 'client', '1', $document, 'client', NULL)", ("$id", clientId), ("$document", document));
}
