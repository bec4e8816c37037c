namespace ProducerConsumer;

/// <summary>How a call of a stage's delegate ended that did not return.</summary>
internal enum CallOutcome
{
    Failed,

    /// <summary>Cancelled by a stop: the item is handed back, flagged as started.</summary>
    Canceled,
}
