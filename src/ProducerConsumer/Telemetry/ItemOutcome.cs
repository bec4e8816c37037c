namespace ProducerConsumer;

/// <summary>What became of an item, and of all that it was turned into: the worst of it, in this order.</summary>
public enum ItemOutcome
{
    /// <summary>It was handled to the end, or left out by a filter.</summary>
    Completed,

    /// <summary>It failed and was handed to a dead-letter handler.</summary>
    DeadLettered,

    /// <summary>A drop mode gave it up.</summary>
    Dropped,

    /// <summary>The code of a stage threw.</summary>
    Failed,

    /// <summary>It was not finished when the run was stopped, and is handed back.</summary>
    Undelivered,
}
