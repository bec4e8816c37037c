using System.Globalization;
using System.Runtime.CompilerServices;

namespace LogIngestion;

/// <summary>Counts the lines of this run.</summary>
internal sealed class Tally
{
    private long _read;
    private long _known;
    private long _stored;

    /// <summary>The lines that were read.</summary>
    public long Read => Interlocked.Read(ref _read);

    public void AddStored(int requests) => Interlocked.Add(ref _stored, requests);

    /// <summary>Counts the lines, and leaves out those that an earlier run stored.</summary>
    /// <param name="lines">The lines, in the order of the log.</param>
    /// <param name="storedOffsets">Where lines begin that are stored, in ascending order.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async IAsyncEnumerable<LogLine> Count(
        IAsyncEnumerable<LogLine> lines, IEnumerable<long> storedOffsets, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using IEnumerator<long> stored = storedOffsets.GetEnumerator();
        bool isMore = stored.MoveNext();
        await foreach (LogLine line in lines.WithCancellation(cancellationToken))
        {
            Interlocked.Increment(ref _read);
            while (isMore && stored.Current < line.Offset)
            {
                isMore = stored.MoveNext();
            }

            if (isMore && stored.Current == line.Offset)
            {
                Interlocked.Increment(ref _known);
            }
            else
            {
                yield return line;
            }
        }
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Read} lines read, {Interlocked.Read(ref _known)} of them known, {Interlocked.Read(ref _stored)} requests stored");
}
