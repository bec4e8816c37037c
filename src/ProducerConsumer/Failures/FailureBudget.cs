namespace ProducerConsumer;

/// <summary>How many items of a stage may fail before a failure stops the run. Used by all its workers.</summary>
/// <param name="most">The most failures; null for any number.</param>
/// <param name="mostConsecutive">The most without a success between them; null for any number.</param>
internal sealed class FailureBudget(long? most, long? mostConsecutive)
{
    private long _failures;

    /// <summary>Failures since the last success, in the order in which workers came here.</summary>
    private long _consecutive;

    /// <summary>Whether <see cref="Succeed"/> is to be called.</summary>
    public bool CountsSuccesses => mostConsecutive is not null;

    /// <summary>An item failed; true while that is allowed.</summary>
    public bool TryFail()
    {
        // Counters only: they order nothing.
        long failures = Interlocked.Increment(ref _failures);
        long consecutive = Interlocked.Increment(ref _consecutive);
        return !(failures > most) && !(consecutive > mostConsecutive);
    }

    /// <summary>An item was handled.</summary>
    public void Succeed()
    {
        if (Volatile.Read(ref _consecutive) != 0)
        {
            Volatile.Write(ref _consecutive, 0);
        }
    }
}
