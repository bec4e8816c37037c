using System.Diagnostics;

namespace ProducerConsumer;

/// <summary>
/// The books of one stage. An item moves from one column to the next inside one critical section of the stage's
/// buffer, so the books close at every instant at which that lock is free:
/// <c>Accepted = waiting + InFlight + Completed + Failed + Dropped + Undelivered</c>.
/// </summary>
/// <remarks>Not synchronized: guarded by the lock of the stage's buffer. No column is computed from the others.</remarks>
internal sealed class Ledger
{
    /// <summary>The items that were handed back; its length is the books' column.</summary>
    private readonly List<UndeliveredItem> _undelivered = [];

    /// <summary>Items that were taken in, counted by those who write them.</summary>
    public long Accepted { get; private set; }

    /// <summary>Items whose call was begun.</summary>
    public long Started { get; private set; }

    /// <summary>Items whose call was begun and has ended, whatever its outcome.</summary>
    public long Settled { get; private set; }

    /// <summary>Items whose call returned.</summary>
    public long Completed { get; private set; }

    /// <summary>Items whose call threw.</summary>
    public long Failed { get; private set; }

    /// <summary>Items that a drop mode gave up.</summary>
    public long Dropped { get; private set; }

    /// <summary>Items whose call is running.</summary>
    public long InFlight => Started - Settled;

    /// <summary>How many items were handed back.</summary>
    public int UndeliveredCount => _undelivered.Count;

    public void Accept_NeedsLock() => Accepted++;

    public void Start_NeedsLock() => Started++;

    public void Complete_NeedsLock()
    {
        Settled++;
        Completed++;
    }

    public void Fail_NeedsLock()
    {
        Settled++;
        Failed++;
    }

    /// <summary>An item that was started is handed back.</summary>
    public void ReturnStarted_NeedsLock(object? item, int attempts)
    {
        Settled++;
        _undelivered.Add(new UndeliveredItem(item, attempts, started: true));
    }

    /// <summary>An item that was never started is handed back.</summary>
    public void ReturnUnstarted_NeedsLock(object? item) =>
        _undelivered.Add(new UndeliveredItem(item, attempts: 0, started: false));

    public void Drop_NeedsLock() => Dropped++;

    /// <summary>First those that were started, as they are the older ones, then the others, oldest first.</summary>
    public UndeliveredItem[] CopyUndelivered_NeedsLock() => [.. _undelivered.OrderByDescending(item => item.Started)];

    [Conditional("DEBUG")]
    public void AssertBalanced_NeedsLock(long waiting) =>
        Debug.Assert(
            Accepted == waiting + InFlight + Completed + Failed + Dropped + UndeliveredCount && InFlight >= 0,
            "The books of a stage close at every instant.");
}
