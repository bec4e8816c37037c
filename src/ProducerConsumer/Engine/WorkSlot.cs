namespace ProducerConsumer;

/// <summary>How a call of a stage's delegate ended.</summary>
internal enum CallOutcome
{
    /// <summary>There is no call to settle.</summary>
    None,
    Completed,
    Failed,

    /// <summary>Cancelled by a stop: the item is handed back, flagged as started.</summary>
    Canceled,
}

/// <summary>
/// Holds the item that one worker is working on, linked with the slots of the other busy workers, so that an abandoned
/// run can name every item that is still in flight. Guarded by the lock of the buffer.
/// </summary>
internal sealed class WorkSlot<T>
{
    private WorkSlot<T>? _previous;

    /// <summary>The item of the running call; the default value between two calls.</summary>
    public T Item { get; private set; } = default!;

    public WorkSlot<T>? Next { get; private set; }

    public void Link_NeedsLock(T item, ref WorkSlot<T>? head)
    {
        Item = item;
        Next = head;
        if (head is not null)
        {
            head._previous = this;
        }

        head = this;
    }

    public void Unlink_NeedsLock(ref WorkSlot<T>? head)
    {
        if (_previous is null)
        {
            head = Next;
        }
        else
        {
            _previous.Next = Next;
        }

        if (Next is not null)
        {
            Next._previous = _previous;
        }

        Item = default!;
        Next = null;
        _previous = null;
    }
}
