namespace ProducerConsumer;

/// <summary>What the code of a worker does besides handling items; never at the same time as that.</summary>
internal interface IWorkerCode
{
    /// <summary>The time has come that the code asked for.</summary>
    ValueTask WakeAsync(CancellationToken cancellationToken);

    /// <summary>No item will come any more.</summary>
    ValueTask EndAsync(CancellationToken cancellationToken);
}
