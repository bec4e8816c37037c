using System.Diagnostics;

namespace ProducerConsumer;

/// <summary>
/// The columns of a stage's books that items rarely end in. An item moves from one column to the next inside one critical
/// section of the stage's buffer, which counts the other columns itself, next to its lock.
/// </summary>
/// <remarks>Not synchronized: guarded by the lock of the stage's buffer. No column is computed from the others.</remarks>
internal sealed class Ledger
{
    /// <summary>The items that were handed back; its length is the books' column.</summary>
    private readonly List<UndeliveredItem> _undelivered = [];

    /// <summary>Those that a worker had kept, which are older than all that were not started.</summary>
    private readonly List<UndeliveredItem> _kept = [];

    /// <summary>Items whose call threw.</summary>
    public long Failed { get; private set; }

    /// <summary>Items whose call threw and that a dead-letter handler took.</summary>
    public long DeadLettered { get; private set; }

    /// <summary>Items that a drop mode gave up.</summary>
    public long Dropped { get; private set; }

    /// <summary>How many items were handed back.</summary>
    public int UndeliveredCount => _undelivered.Count + _kept.Count;

    public void Fail_NeedsLock() => Failed++;

    public void DeadLetter_NeedsLock() => DeadLettered++;

    public void Drop_NeedsLock() => Dropped++;

    /// <summary>An item is handed back.</summary>
    public void Return_NeedsLock(UndeliveredItem item) => _undelivered.Add(item);

    /// <summary>An item that a worker kept is handed back.</summary>
    public void ReturnKept_NeedsLock(UndeliveredItem item) => _kept.Add(item);

    /// <summary>First those that were started, as they are the older ones, then the others, oldest first.</summary>
    public UndeliveredItem[] CopyUndelivered_NeedsLock() => [.. _kept.Concat(_undelivered).OrderByDescending(item => item.Started)];

    [Conditional("DEBUG")]
    public void AssertBalanced_NeedsLock(long accepted, long completed, long claimed, long waiting) =>
        Debug.Assert(
            accepted == waiting + claimed + completed + Failed + DeadLettered + Dropped + UndeliveredCount && claimed >= 0,
            "The books of a stage close at every instant.");
}
