using Microsoft.Data.Sqlite;

namespace LogIngestion;

/// <summary>The tables.</summary>
internal static class Schema
{
    /// <summary>Creates what is missing. The key of a line is its log and where it begins in it.</summary>
    public static void Create(SqliteConnection connection)
    {
        using SqliteCommand command = connection.CreateCommand();
        // With a write-ahead log and this mode a crash keeps every transaction; a power cut may lose the last ones, as a whole.
        command.CommandText = """
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = NORMAL;
            CREATE TABLE IF NOT EXISTS logs (id INTEGER PRIMARY KEY, path TEXT NOT NULL, beginning BLOB NOT NULL);
            CREATE TABLE IF NOT EXISTS requests (
                log INTEGER NOT NULL REFERENCES logs, offset INTEGER NOT NULL,
                time INTEGER NOT NULL, -- Seconds since 1970, UTC.
                client TEXT NOT NULL, method TEXT, path TEXT, status INTEGER NOT NULL, bytes INTEGER NOT NULL,
                PRIMARY KEY (log, offset)) WITHOUT ROWID;
            CREATE TABLE IF NOT EXISTS rejected (
                log INTEGER NOT NULL REFERENCES logs, offset INTEGER NOT NULL, line INTEGER NOT NULL, reason TEXT NOT NULL,
                text TEXT NOT NULL,
                PRIMARY KEY (log, offset)) WITHOUT ROWID;
            """;
        command.ExecuteNonQuery();
    }
}
