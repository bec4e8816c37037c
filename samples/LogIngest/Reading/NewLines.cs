using System.Runtime.CompilerServices;

namespace LogIngestion;

/// <summary>Leaves out the lines that an earlier run stored, which is a good deal faster than to parse and store them again.</summary>
internal static class NewLines
{
    /// <param name="lines">The lines, in the order of the log.</param>
    /// <param name="storedOffsets">Where lines begin that are stored, in ascending order.</param>
    /// <param name="tally">Counts the lines, both kinds.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async IAsyncEnumerable<LogLine> Of(
        IAsyncEnumerable<LogLine> lines,
        IEnumerable<long> storedOffsets,
        Tally tally,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using IEnumerator<long> stored = storedOffsets.GetEnumerator();
        bool isMore = stored.MoveNext();
        await foreach (LogLine line in lines.WithCancellation(cancellationToken))
        {
            tally.AddRead();
            while (isMore && stored.Current < line.Offset)
            {
                isMore = stored.MoveNext();
            }

            if (isMore && stored.Current == line.Offset)
            {
                tally.AddKnown();
            }
            else
            {
                yield return line;
            }
        }
    }
}
