namespace ProducerConsumer;

/// <summary>
/// Handlers that suspend free one slot at a time, and a writer that is resumed for each of them parks again at once. So
/// while they do, one writer at a time is on its way back, through the global queue of the thread pool: until it comes,
/// slots gather, and it writes several items. The parked items themselves never wait for that.
/// </summary>
internal sealed partial class BoundedBuffer<T>
{
    /// <summary>Writes that are done and whose writers are to be resumed one after the other. Guarded by the lock.</summary>
    private readonly Queue<WriteWaiter> _paced = new();

    /// <summary>Whether a writer is on its way; when it comes, it sends the next. Guarded by the lock.</summary>
    private bool _pacing;

    /// <summary>
    /// Writes of several items that are done, and whose writers are to be resumed together with the room for more. A
    /// writer that is quicker than the handlers would otherwise park for every batch, which costs more than the batch.
    /// Guarded by the lock.
    /// </summary>
    private readonly Queue<WriteWaiter> _resting = new();

    /// <summary>Who claims that many items works through them within microseconds, or is about to be found out.</summary>
    private readonly int _quickClaim;

    /// <summary>
    /// Whether half of the buffer is free: room for many batches, while workers have the other half to go on with. Half of
    /// what is not reserved, or it might never be.
    /// </summary>
    private bool HasRestedRoom_NeedsLock => _items.Room >= _items.Count;

    /// <summary>Resumes the writers that rest, if there is room by now, or handlers are not quick enough to wait for it.</summary>
    private void EndRest_NeedsLock(ref Signals signals)
    {
        while ((!signals.IsQuick || HasRestedRoom_NeedsLock) && _resting.TryDequeue(out WriteWaiter? write))
        {
            signals.Add(write);
        }
    }

    private void Pace_NeedsLock(WriteWaiter write, ref Signals signals)
    {
        if (_pacing)
        {
            _paced.Enqueue(write);
        }
        else
        {
            _pacing = true;
            signals.Resume(write);
        }
    }

    /// <summary>A writer has come, in a work item of its own that does not depend on anybody awaiting it.</summary>
    private void SendNext()
    {
        WriteWaiter? next;
        using (EnterSection())
        {
            _pacing = _paced.TryDequeue(out next);
        }

        if (next is not null)
        {
            Background.Start(next, local: false);
        }
    }
}
