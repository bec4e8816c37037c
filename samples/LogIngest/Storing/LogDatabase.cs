using Microsoft.Data.Sqlite;

namespace LogIngestion;

/// <summary>What is stored of one log. The database can have others as well.</summary>
/// <remarks>
/// A log is known by its full path and its beginning. When it has grown, its new lines are added. When it was rotated,
/// the file of that name begins differently and is another log; so is a copy or a log that was renamed.
/// </remarks>
internal sealed class LogDatabase : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly string _path;
    private readonly long _log;
    private readonly InsertCommand _insertRequest;
    private readonly InsertCommand _insertRejected;

    /// <summary>Held by whoever uses the connection, which is for one at a time.</summary>
    private readonly Lock _gate = new();

    private LogDatabase(string path, SqliteConnection connection, long log)
    {
        _path = path;
        _connection = connection;
        _log = log;
        _insertRequest = new InsertCommand(connection, "requests", 8);
        _insertRejected = new InsertCommand(connection, "rejected", 5);
    }

    /// <summary>Opens a database, or creates it, and finds the log in it, or adds it.</summary>
    /// <exception cref="SqliteException">The database cannot be written.</exception>
    public static LogDatabase Open(string path, string logPath, ReadOnlyMemory<byte> beginning)
    {
        SqliteConnection connection = Connect(path);
        try
        {
            Schema.Create(connection);
            return new LogDatabase(path, connection, LogTable.FindOrAdd(connection, Path.GetFullPath(logPath), beginning));
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Stores all of them or, when it throws, none. Those that are there already are left out.</summary>
    public void Store(IReadOnlyList<Request> requests) => InTransaction(() =>
    {
        foreach (Request request in requests)
        {
            _insertRequest.Bind(1, _log).Bind(2, request.Offset).Bind(3, request.Time).Bind(4, request.Client)
                .Bind(5, request.Method).Bind(6, request.Path).Bind(7, request.Status).Bind(8, request.Bytes).Run();
        }
    });

    /// <inheritdoc cref="Store(IReadOnlyList{Request})"/>
    public void Store(IReadOnlyList<RejectedLine> lines) => InTransaction(() =>
    {
        foreach (RejectedLine line in lines)
        {
            _insertRejected.Bind(1, _log).Bind(2, line.Offset).Bind(3, line.Number).Bind(4, line.Reason).Bind(5, line.Text).Run();
        }
    });

    /// <summary>Where the lines begin that are stored now, in ascending order. Has a connection of its own, so that it can go on while others are stored.</summary>
    public IEnumerable<long> ReadOffsets()
    {
        using SqliteConnection connection = Connect(_path);
        IEnumerable<SqliteDataReader> rows = Read(
            connection, "SELECT offset FROM requests WHERE log = $log UNION ALL SELECT offset FROM rejected WHERE log = $log ORDER BY offset");
        foreach (SqliteDataReader row in rows)
        {
            yield return row.GetInt64(0);
        }
    }

    /// <summary>The dead letters, in the order of the log.</summary>
    public IEnumerable<RejectedLine> ReadRejected() =>
        Read(_connection, "SELECT offset, line, reason, text FROM rejected WHERE log = $log ORDER BY offset")
            .Select(row => new RejectedLine(row.GetInt64(0), row.GetInt64(1), row.GetString(2), row.GetString(3)));

    public Totals ReadTotals()
    {
        const string Query = """
            SELECT count(*), coalesce(sum(bytes), 0), (SELECT count(*) FROM rejected WHERE log = $log)
            FROM requests WHERE log = $log
            """;
        return Read(_connection, Query).Select(row => new Totals(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2))).Single();
    }

    public void Dispose()
    {
        _insertRequest.Dispose();
        _insertRejected.Dispose();
        _connection.Dispose();
    }

    private static SqliteConnection Connect(string path)
    {
        SqliteConnection connection = new(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }

    /// <summary>The rows of a query, each to be used before the next is asked for.</summary>
    private IEnumerable<SqliteDataReader> Read(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.Parameters.AddWithValue("$log", _log);
        using SqliteDataReader reader = command.ExecuteReader();
        while (reader.Read())
        {
            yield return reader;
        }
    }

    private void InTransaction(Action store)
    {
        lock (_gate)
        {
            using SqliteTransaction transaction = _connection.BeginTransaction();
            store();
            transaction.Commit();
        }
    }
}
