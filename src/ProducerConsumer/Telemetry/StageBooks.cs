namespace ProducerConsumer;

/// <summary>A consistent copy of a stage's books, taken in one critical section.</summary>
internal sealed record StageBooks(string Name)
{
    public long Accepted { get; init; }

    /// <summary>Items that the next stage accepted from this one.</summary>
    public long Emitted { get; init; }

    public long Completed { get; init; }

    public long Failed { get; init; }

    public long DeadLettered { get; init; }

    public long Dropped { get; init; }

    public long InFlight { get; init; }

    /// <summary>Items that wait to be started; with them the identity also holds before the end.</summary>
    public long Waiting { get; init; }

    /// <summary>Workers that have not ended.</summary>
    public int Workers { get; init; }

    /// <summary>How many of <see cref="Accepted"/> came from which stage, read in the same critical section.</summary>
    public (string Source, long Count)[] AcceptedFrom { get; init; } = [];

    public UndeliveredItem[] Undelivered { get; init; } = [];

    /// <summary>The items behind <see cref="InFlight"/>.</summary>
    public UndeliveredItem[] InFlightItems { get; init; } = [];
}
