namespace ProducerConsumer;

/// <summary>The exceptions of one run: those that stopped it in full, the others up to a maximum, with an exact count.</summary>
internal sealed class FaultLog(int maxRecordedFailures)
{
    private readonly object _gate = new();
    private readonly List<ItemFailure> _faults = [];
    private readonly List<ItemFailure> _others = [];
    private long _otherCount;

    /// <summary>Adds a fault of a delegate. The one that stops the run comes first, because every other finds it stopped.</summary>
    public void AddFault(ItemFailure fault)
    {
        lock (_gate)
        {
            _faults.Add(fault);
        }
    }

    /// <summary>Adds an exception that does not stop the run.</summary>
    public void AddFailure(ItemFailure failure)
    {
        lock (_gate)
        {
            _otherCount++;
            if (_others.Count < maxRecordedFailures)
            {
                _others.Add(failure);
            }
        }
    }

    public ItemFailure[] CopyFaults()
    {
        lock (_gate)
        {
            return [.. _faults];
        }
    }

    public (ItemFailure[] Recorded, long Count) CopyFailures()
    {
        lock (_gate)
        {
            return ([.. _others], _otherCount);
        }
    }
}
