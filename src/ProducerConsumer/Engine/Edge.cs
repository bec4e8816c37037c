namespace ProducerConsumer;

/// <summary>The way from one source to one buffer, with the number of items that the buffer accepted from it.</summary>
internal sealed class Edge
{
    /// <summary>Written under the lock of the buffer; a reader elsewhere may see it late but never torn.</summary>
    private long _accepted;

    public long Accepted => Interlocked.Read(ref _accepted);

    public void Accept_NeedsLock() => Interlocked.Increment(ref _accepted);
}
