using Microsoft.Data.Sqlite;

namespace LogIngestion;

/// <summary>The logs that a database knows.</summary>
internal static class LogTable
{
    /// <summary>The id of the log of this path that began as this one does, or of a new one.</summary>
    public static long FindOrAdd(SqliteConnection connection, string path, ReadOnlyMemory<byte> beginning)
    {
        using SqliteTransaction transaction = connection.BeginTransaction();
        using SqliteCommand command = connection.CreateCommand();
        command.Transaction = transaction;
        command.Parameters.AddWithValue("$path", path);
        command.Parameters.AddWithValue("$beginning", beginning.ToArray());

        // The one that was seen at its longest, when a short log was replaced by one that begins as it did.
        command.CommandText = """
            SELECT id FROM logs
            WHERE path = $path AND beginning = substr($beginning, 1, length(beginning))
            ORDER BY length(beginning) DESC LIMIT 1
            """;
        object? id = command.ExecuteScalar();
        if (id is null)
        {
            command.CommandText = "INSERT INTO logs (path, beginning) VALUES ($path, $beginning) RETURNING id";
            id = command.ExecuteScalar();
        }
        else
        {
            Renew(command, (long)id);
        }

        transaction.Commit();
        return (long)id!;
    }

    /// <summary>
    /// Takes over how the log begins now that it may be longer, and forgets the last request and the last rejected line,
    /// which are read again: one of them may have been read when only half of it was written.
    /// </summary>
    private static void Renew(SqliteCommand command, long id)
    {
        command.Parameters.AddWithValue("$log", id);
        command.CommandText = """
            UPDATE logs SET beginning = $beginning WHERE id = $log;
            DELETE FROM requests WHERE log = $log AND offset = (SELECT max(offset) FROM requests WHERE log = $log);
            DELETE FROM rejected WHERE log = $log AND offset = (SELECT max(offset) FROM rejected WHERE log = $log);
            """;
        command.ExecuteNonQuery();
    }
}
