namespace ProducerConsumer;

/// <summary>
/// The way from one producer to one buffer, with the number of items that the buffer accepted on it. One for each worker
/// of a source and not one for all, so that two cores that write do not pass it to and fro.
/// </summary>
internal sealed class Edge(string source)
{
    /// <summary>The name of the stage that the items come from.</summary>
    public string Source => source;

    /// <summary>
    /// The token of the worker's delegate, which only a stop of the run cancels. A write that waits with it is not registered
    /// with it, which costs a tenth of a hand-off with room for one: the stop ends it.
    /// </summary>
    public CancellationToken Token { get; set; }

    /// <summary>Guarded by the lock of the buffer, and by that of its intake while that is open: then nobody else accepts an item.</summary>
    public long Accepted { get; private set; }

    public void Accept_NeedsLock(int count = 1) => Accepted += count;
}
