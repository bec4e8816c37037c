using Microsoft.Data.Sqlite;

namespace LogIngestion;

/// <summary>Inserts rows that are not there yet, with a statement that is prepared once.</summary>
internal sealed class InsertCommand : IDisposable
{
    private readonly SqliteCommand _command;
    private readonly SqliteParameter[] _values;

    public InsertCommand(SqliteConnection connection, string table, int columns)
    {
        _values = [.. Enumerable.Range(0, columns).Select(column => new SqliteParameter { ParameterName = $"${column}" })];
        _command = connection.CreateCommand();
        _command.CommandText =
            $"INSERT OR IGNORE INTO {table} VALUES ({string.Join(", ", _values.Select(value => value.ParameterName))})";
        _command.Parameters.AddRange(_values);
        _command.Prepare();
    }

    /// <summary>Inserts one row inside of a transaction.</summary>
    public void Run(SqliteTransaction transaction, params ReadOnlySpan<object?> values)
    {
        for (int column = 0; column < values.Length; column++)
        {
            _values[column].Value = values[column] ?? DBNull.Value;
        }

        _command.Transaction = transaction;
        _command.ExecuteNonQuery();
    }

    public void Dispose() => _command.Dispose();
}
