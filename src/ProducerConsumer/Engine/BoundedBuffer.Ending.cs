using System.Threading.Channels;

namespace ProducerConsumer;

/// <summary>The two ends of a buffer: completed, when its contents stay readable, and closed, when they are handed back.</summary>
internal sealed partial class BoundedBuffer<T>
{
    /// <summary>Ends the input: what is here stays readable, parked writes fail. False when it had ended before.</summary>
    public bool TryComplete(Exception? error = null)
    {
        Signals signals = default;
        using (EnterSection())
        {
            if (_ended)
            {
                return false;
            }

            _ended = true;
            _error = error;
            FailUnacceptedWrites_NeedsLock(ref signals);
            EndRest_NeedsLock(ref signals);
            if (_items.Count == 0)
            {
                EndReads_NeedsLock(ref signals);
            }

            Finish_NeedsLock(ref signals);
        }

        Raise(ref signals);
        return true;
    }

    /// <summary>
    /// Ends input and output at once: every wait ends, and the contents go to the books as undelivered, oldest first.
    /// Whatever is delivered later is undelivered too. Does nothing when closed before.
    /// </summary>
    public void Close(Exception? error)
    {
        Signals signals = default;
        Telling? telling;
        using (EnterSection())
        {
            if (_closed)
            {
                return;
            }

            _closed = true;
            _ended = true;
            if (!_finished)
            {
                _error ??= error; // A finished buffer keeps its ending: Completion has been told, or is being told, of that one.
            }

            ReturnClaims_NeedsLock(ref signals);
            ReturnRedeliveries_NeedsLock(ref signals);
            ReturnOrder_NeedsLock(ref signals);
            while (_items.Count > 0)
            {
                Return_NeedsLock(_items.RemoveOldest(), ref signals);
            }

            while (_writers.RemoveFirst() is WriteWaiter write)
            {
                Refuse_NeedsLock(write, ref signals);
            }

            EndRest_NeedsLock(ref signals);
            EndWatchers_NeedsLock(_writeWatchers, ref signals);
            ReturnBatches_NeedsLock(ref signals);
            EndReads_NeedsLock(ref signals);
            if (_finished)
            {
                signals.Wake(_workers?.TakeParked_NeedsLock()); // Those that waited for a redelivery.
            }

            Finish_NeedsLock(ref signals);
            telling = TakeSettled_NeedsLock(ref signals);
        }

        telling?.Begin();
        Raise(ref signals);
    }

    /// <summary>Has those who wait for settled items told by somebody else than the caller; null when nobody waits.</summary>
    private Telling? TakeSettled_NeedsLock(ref Signals signals)
    {
        Telling? telling = signals.TakeSettled();
        if (telling is not null)
        {
            _tellings.RemoveAll(static earlier => earlier.Completion.IsCompleted);
            _tellings.Add(telling);
        }

        return telling;
    }

    /// <summary>Hands back what workers claimed and have not started, oldest first.</summary>
    private void ReturnClaims_NeedsLock(ref Signals signals)
    {
        List<Claim<T>> claims = [];
        for (Claim<T>? claim = _busy; claim is not null; claim = claim.Next)
        {
            claims.Add(claim);
        }

        TakeAwayFromOthers_NeedsLock(claims);
        DismissSoloist_NeedsLock();
        _gate.State.Claimed -= _returned.Count;
        foreach ((_, Single<T> item) in _returned.OrderBy(static returned => returned.Ticket))
        {
            Return_NeedsLock(item, ref signals);
        }

        _returned.Clear();
    }

    /// <summary>Hands back what sources returned and is not published.</summary>
    private void ReturnBatches_NeedsLock(ref Signals signals)
    {
        foreach (LocalBatch<T> batch in _batches)
        {
            Portion<T> items = batch.Take_NeedsLock();
            Accept_NeedsLock(batch.Edge, items.Length);
            Return_NeedsLock(items, ref signals);
        }
    }

    private void FailUnacceptedWrites_NeedsLock(ref Signals signals)
    {
        for (Waiter? waiter = _writers.First; waiter is not null;)
        {
            Waiter? next = waiter.Next;
            WriteWaiter write = (WriteWaiter)waiter;
            if (!write.IsAccepted)
            {
                _writers.Remove(write);
                Refuse_NeedsLock(write, ref signals);
            }

            waiter = next;
        }

        EndWatchers_NeedsLock(_writeWatchers, ref signals);
    }

    private void EndReads_NeedsLock(ref Signals signals)
    {
        while (_readers.RemoveFirst() is { } reader)
        {
            reader.Fail_NeedsLock(ClosedException_NeedsLock());
            signals.Add(reader);
        }

        EndWatchers_NeedsLock(_readWatchers, ref signals);
    }

    /// <summary>Tells everybody who watches for a chance that none will come.</summary>
    private void EndWatchers_NeedsLock(WaiterList watchers, ref Signals signals)
    {
        while (watchers.RemoveFirst() is Waiter<bool> watcher)
        {
            SettleWatch_NeedsLock(watcher, chance: false);
            signals.Add(watcher);
        }
    }

    private void SettleWatch_NeedsLock(Waiter<bool> watcher, bool chance)
    {
        if (chance || _error is null)
        {
            watcher.Succeed_NeedsLock(chance);
        }
        else
        {
            watcher.Fail_NeedsLock(_closed ? ClosedException_NeedsLock() : _error);
        }
    }

    /// <summary>Notes the moment at which the buffer is ended and empty.</summary>
    private void Finish_NeedsLock(ref Signals signals)
    {
        if (_ended && !_finished && _items.Count == 0 && _writers.IsEmpty)
        {
            _finished = true;
            signals.Finish(_error, _workers);
            signals.Wake(_workers?.TakeParked_NeedsLock());
        }
    }

    /// <summary>
    /// What a read or write throws after the end. A channel that its writer completed with a cancellation throws that, as
    /// every channel does; the cancellation that a fault of the run happens to be stays inside.
    /// </summary>
    private Exception ClosedException_NeedsLock() => _error switch
    {
        null => new ChannelClosedException(),
        OperationCanceledException cancellation when !_closed => cancellation,
        Exception error => new ChannelClosedException(error),
    };
}
