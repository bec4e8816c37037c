using System.Globalization;

namespace LogIngestion;

/// <summary>Counts the lines of this run.</summary>
internal sealed class Tally
{
    private long _read;
    private long _known;
    private long _stored;

    /// <summary>The lines that were read.</summary>
    public long Read => Interlocked.Read(ref _read);

    public void AddRead() => Interlocked.Increment(ref _read);

    /// <summary>Counts a line that was read and is stored already.</summary>
    public void AddKnown() => Interlocked.Increment(ref _known);

    public void AddStored(int requests) => Interlocked.Add(ref _stored, requests);

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Read} lines read, {Interlocked.Read(ref _known)} of them known, {Interlocked.Read(ref _stored)} requests stored");
}
