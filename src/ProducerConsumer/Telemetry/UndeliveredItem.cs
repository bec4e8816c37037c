namespace ProducerConsumer;

/// <summary>An item that a stage accepted and did not finish, handed back with what is known of it.</summary>
public sealed class UndeliveredItem
{
    internal UndeliveredItem(object? item, int attempts, bool started)
    {
        Item = item;
        Attempts = attempts;
        Started = started;
    }

    /// <summary>The item itself. Items of a value type are boxed; <see langword="null"/> is an ordinary item.</summary>
    public object? Item { get; }

    /// <summary>How many calls of the stage's delegate were begun for this item: 0 or more. 0 also for one that only waited in a batch.</summary>
    public int Attempts { get; }

    /// <summary>
    /// Whether a call was begun and then cancelled, or was still running when the run was abandoned. Side effects of
    /// such an item are possible; an item that was not started is untouched.
    /// </summary>
    public bool Started { get; }

    /// <summary>How many results of this item the next stage, or its branches, had accepted: 0 unless the stage emits several per item.</summary>
    public int Emitted { get; internal init; }

    /// <summary>
    /// Results of this item that a next stage, which was closed meanwhile, did not accept. Whoever does not want to do
    /// the work again finds here what came of it.
    /// </summary>
    public IReadOnlyList<object?> Refused { get; internal init; } = [];

    /// <inheritdoc/>
    public override string ToString() => Started ? $"{Item} (started, attempts: {Attempts})" : $"{Item} (not started)";
}
