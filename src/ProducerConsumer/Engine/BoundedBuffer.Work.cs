namespace ProducerConsumer;

/// <summary>The side of the buffer that a stage's own workers see.</summary>
internal sealed partial class BoundedBuffer<T>
{
    /// <summary>The pool that works on the items; null for a bare channel and before the run starts.</summary>
    private WorkerPool? _workers;

    /// <summary>The slots of the calls that are running, linked; null when none is.</summary>
    private WorkSlot<T>? _busy;

    /// <summary>The sources that write here. Changes only while the pipeline is built.</summary>
    private readonly List<Edge> _edges = [];

    /// <summary>Opens the way of one more source, before the run.</summary>
    public Edge AddEdge(string source)
    {
        Edge edge = new(source);
        _edges.Add(edge);
        return edge;
    }

    /// <summary>Lets a pool loose on the items: those that wait now and those that come.</summary>
    public void Attach(WorkerPool workers)
    {
        Signals signals = default;
        using (_gate.Enter())
        {
            _workers = workers;
            if (_items.Count > 0)
            {
                CallWorker_NeedsLock(ref signals);
            }

            signals.Finished = _finished;
            signals.Error = _error;
            signals.Workers = workers;
        }

        Raise(ref signals);
    }

    /// <summary>
    /// Books the outcome of the call that <paramref name="slot"/> held, if any, and claims the oldest item for the worker.
    /// When there is none the worker is parked, or has left if none will come, in the same critical section: an item that
    /// comes now calls it back.
    /// </summary>
    public Taken SettleAndTake(WorkSlot<T> slot, CallOutcome outcome, Worker worker)
    {
        Taken taken;
        Signals signals = default;
        using (_gate.Enter())
        {
            AssertInvariants_NeedsLock();
            Settle_NeedsLock(slot, outcome);
            _workers!.Arrive_NeedsLock(worker);
            if (_items.Count > 0)
            {
                slot.Link_NeedsLock(RemoveOldest_NeedsLock(ref signals), ref _busy);
                _ledger.Start_NeedsLock();
                if (_items.Count > 0)
                {
                    CallWorker_NeedsLock(ref signals);
                }

                taken = Taken.Item;
            }
            else if (_finished)
            {
                _workers.Leave_NeedsLock();
                taken = Taken.Left;
            }
            else
            {
                _workers.Park_NeedsLock(worker);
                taken = Taken.Parked;
            }
        }

        Raise(ref signals);
        return taken;
    }

    /// <summary>Books the outcome of the call that <paramref name="slot"/> held, once.</summary>
    public void Settle(WorkSlot<T> slot, CallOutcome outcome)
    {
        using (_gate.Enter())
        {
            Settle_NeedsLock(slot, outcome);
            AssertInvariants_NeedsLock();
        }
    }

    /// <summary>A consistent copy of the books.</summary>
    public StageBooks ReadBooks(string name)
    {
        using (_gate.Enter())
        {
            AssertInvariants_NeedsLock();
            List<UndeliveredItem> inFlight = [];
            for (WorkSlot<T>? slot = _busy; slot is not null; slot = slot.Next)
            {
                inFlight.Add(new UndeliveredItem(slot.Item, attempts: 1, started: true));
            }

            return new StageBooks(name)
            {
                Accepted = _ledger.Accepted,
                Completed = _ledger.Completed,
                Failed = _ledger.Failed,
                Dropped = _ledger.Dropped,
                InFlight = _ledger.InFlight,
                AcceptedFrom = [.. _edges.Select(edge => (edge.Source, edge.Accepted))],
                Waiting = _items.Count + _parkedAccepted,
                Workers = _workers?.Active_NeedsLock ?? 0,
                Undelivered = _ledger.CopyUndelivered_NeedsLock(),
                InFlightItems = [.. inFlight],
            };
        }
    }

    private void Settle_NeedsLock(WorkSlot<T> slot, CallOutcome outcome)
    {
        switch (outcome)
        {
            case CallOutcome.None:
                return;
            case CallOutcome.Completed:
                _ledger.Complete_NeedsLock();
                break;
            case CallOutcome.Failed:
                _ledger.Fail_NeedsLock();
                break;
            case CallOutcome.Canceled:
                _ledger.ReturnStarted_NeedsLock(slot.Item, attempts: 1);
                break;
        }

        slot.Unlink_NeedsLock(ref _busy);
    }

    /// <summary>Has a worker come for an item that waits. At most one call comes out of a section: the first stands until it is heard.</summary>
    private void CallWorker_NeedsLock(ref Signals signals)
    {
        if (_workers is not null && _workers.Call_NeedsLock() is var call && call != default)
        {
            signals.Call = call;
            signals.Workers = _workers;
        }
    }
}

/// <summary>What a worker that looks for work finds.</summary>
internal enum Taken
{
    /// <summary>An item, in the worker's slot.</summary>
    Item,

    /// <summary>Nothing now: the worker is parked and awaits its wake.</summary>
    Parked,

    /// <summary>Nothing ever: the worker has left the pool.</summary>
    Left,
}
