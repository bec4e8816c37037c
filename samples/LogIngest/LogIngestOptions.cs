namespace LogIngestion;

/// <summary>What to read, and where it goes.</summary>
/// <param name="File">The log, plain or compressed with gzip.</param>
public sealed record LogIngestOptions(string File)
{
    /// <summary>The SQLite database, which is created when there is none.</summary>
    /// <value>The default value is the name of the log and <c>.db</c>.</value>
    public string Database { get; init; } = $"{File}.db";

    /// <summary>The dead-letter file: the number of each malformed line, the reason, and the line itself.</summary>
    /// <value>The default value is the name of the log and <c>.rejected</c>.</value>
    public string Rejected { get; init; } = $"{File}.rejected";

    /// <summary>How many lines to write into the file instead of reading it; null to read.</summary>
    /// <value>The default value is <see langword="null"/>.</value>
    public int? Generate { get; init; }

    /// <summary>The lines that are parsed at once.</summary>
    /// <value>The default value is the number of processors.</value>
    public int Parsers { get; init; } = Environment.ProcessorCount;

    /// <summary>The most requests that one transaction stores.</summary>
    /// <value>The default value is 2,000.</value>
    public int BatchSize { get; init; } = 2_000;
}
