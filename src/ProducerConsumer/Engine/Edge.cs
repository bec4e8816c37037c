namespace ProducerConsumer;

/// <summary>The way from one source to one buffer, with the number of items that the buffer accepted from it.</summary>
internal sealed class Edge(string source)
{
    /// <summary>The name of the stage that the items come from.</summary>
    public string Source => source;

    /// <summary>Guarded by the lock of the buffer.</summary>
    public long Accepted { get; private set; }

    public void Accept_NeedsLock() => Accepted++;
}
