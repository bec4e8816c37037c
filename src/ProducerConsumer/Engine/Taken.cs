namespace ProducerConsumer;

/// <summary>What a worker that looks for work finds.</summary>
internal enum Taken
{
    /// <summary>Items, in the worker's claim.</summary>
    Items,

    /// <summary>Nothing now: the worker is parked until it is called.</summary>
    Parked,

    /// <summary>Nothing ever: the worker has left the pool.</summary>
    Left,
}
