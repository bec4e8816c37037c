using System.IO.Compression;
using System.Text;
using LogIngestion;
using Microsoft.Data.Sqlite;

namespace ProducerConsumer.Samples.Tests;

/// <summary>A log in a directory of its own, and what is stored of it.</summary>
internal sealed class TestLog : IDisposable
{
    private readonly TemporaryTree _tree = new();

    public string Path => _tree["access.log"];

    public LogIngestOptions Options => new(Path) { BatchSize = 100 };

    /// <summary>The lines of the dead-letter file.</summary>
    public string[] Rejected => File.ReadAllLines(Options.Rejected);

    /// <summary>A path beside the log.</summary>
    public string this[string name] => _tree[name];

    /// <summary>A good line that differs by its number.</summary>
    public static string Line(int number) =>
        $"192.0.2.{number} - - [10/Oct/2000:13:55:{number % 60:00} -0700] \"GET /{number} HTTP/1.1\" 200 {number} \"-\" \"-\"";

    public static byte[] Compress(byte[] content)
    {
        using MemoryStream compressed = new();
        using (GZipStream gzip = new(compressed, CompressionLevel.Fastest))
        {
            gzip.Write(content);
        }

        return compressed.ToArray();
    }

    /// <summary>Replaces the log.</summary>
    public TestLog Write(string content) => Write(Encoding.UTF8.GetBytes(content));

    /// <inheritdoc cref="Write(string)"/>
    public TestLog Write(byte[] content)
    {
        File.WriteAllBytes(Path, content);
        return this;
    }

    /// <summary>Generates the log, and returns what it has to give.</summary>
    public Totals Generate(int lines)
    {
        LogGenerator generator = new();
        using StreamWriter writer = new(Path) { NewLine = "\n" };
        for (int line = 0; line < lines; line++)
        {
            writer.WriteLine(generator.Next());
        }

        return generator.Totals;
    }

    /// <summary>What is stored, counted by other means than the program's own.</summary>
    public Totals CountStored(string? database = null) => new(
        Ask("SELECT count(*) FROM requests", database),
        Ask("SELECT coalesce(sum(bytes), 0) FROM requests", database),
        Ask("SELECT count(*) FROM rejected", database));

    public long Ask(string sql, string? database = null)
    {
        using SqliteConnection connection = new($"Data Source={database ?? Options.Database};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }

    public void Execute(string sql)
    {
        using SqliteConnection connection = new($"Data Source={Options.Database};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public void Dispose() => _tree.Dispose();
}
