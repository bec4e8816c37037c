using System.Runtime.CompilerServices;

namespace ProducerConsumer;

internal sealed partial class BoundedBuffer<T>
{
    /// <summary>What one critical section owes to others. Gathered under the lock, raised once after it.</summary>
    private struct Signals
    {
        /// <summary>The settled waits, first to last, linked by <see cref="Waiter.Next"/>.</summary>
        public Waiter? First;
        private Waiter? _last;

        /// <summary>Whether handlers are quick, so that room for many items is near.</summary>
        public bool IsQuick;

        /// <summary>Whether writers are resumed one at a time.</summary>
        public bool IsPaced;

        /// <summary>The worker that is to come. One at most: until it has come, nobody else is called.</summary>
        public WorkerPool.Call Call;

        /// <summary>Whether the section is that of a writer that waits when there is no room.</summary>
        public bool IsOfWriter;

        /// <summary>The pool as it was under the lock: one that is attached later hears of the end from its own section.</summary>
        public WorkerPool? Workers;

        /// <summary>To be armed: there is something to look after.</summary>
        public Watchdog? Watchdog;

        /// <summary>Whether something is owed that <see cref="RaiseMore"/> pays. Most sections owe nothing of that.</summary>
        public bool HasMore { get; private set; }

        /// <summary>The writer to resume when <see cref="IsPaced"/>; null when one is on its way already.</summary>
        public WriteWaiter? Paced { get; private set; }

        /// <summary>The worker that was called near its caller and has not come in time; null for none.</summary>
        public Worker? Late { get; private set; }

        /// <summary>The workers that wait for work in vain; null for none.</summary>
        public Worker[]? Parked { get; private set; }

        /// <summary>Whether this section was the one that finished the buffer.</summary>
        public bool Finished { get; private set; }

        /// <summary>Why the buffer ended, when <see cref="Finished"/>; null for an ordinary end.</summary>
        public Exception? Error { get; private set; }

        /// <summary>Whether results wait that could go on, and nobody else may come to them.</summary>
        public bool Releases { get; private set; }

        /// <summary>Calls that have ended and whose results are with an owner that is stuck; null for none.</summary>
        public List<(Claim<T> Claim, long Ticket, int Settled)>? Hidden { get; private set; }

        /// <summary>Redeliveries whose timers are not wanted any more; null for none.</summary>
        public List<Redelivery>? Cancelled { get; private set; }

        /// <summary>Whether <see cref="Dropped"/> holds an item. One write drops at most one.</summary>
        public bool HasDropped { get; private set; }
        public T Dropped { get; private set; }

        /// <summary>Items that are settled and have contexts; null when there is none.</summary>
        private List<(ItemContext Context, ItemOutcome Outcome)>? _settled;

        public void Add(Waiter settled)
        {
            if (_last is null)
            {
                First = settled;
            }
            else
            {
                _last.Next = settled;
            }

            _last = settled;
        }

        /// <summary>A writer is to be resumed.</summary>
        public void Resume(WriteWaiter write)
        {
            HasMore = true;
            Paced = write;
        }

        /// <summary>A worker has not come; null for none.</summary>
        public void Insist(Worker? late)
        {
            HasMore |= late is not null;
            Late = late;
        }

        /// <summary>The buffer is finished.</summary>
        public void Finish(Exception? error, WorkerPool? workers)
        {
            HasMore = true;
            Finished = true;
            Error = error;
            Workers = workers;
        }

        /// <summary>Results are to go on, if they can.</summary>
        public void Release(bool canRelease)
        {
            HasMore |= canRelease;
            Releases |= canRelease;
        }

        /// <summary>Calls of the claim have ended whose results are with its owner, which is stuck.</summary>
        public void AddHidden(Claim<T> claim)
        {
            HasMore = true;
            (Hidden ??= []).Add((claim, claim.Ticket, claim.Settled_NeedsLock));
        }

        /// <summary>The timer of a redelivery is not wanted any more.</summary>
        public void Cancel(Redelivery redelivery)
        {
            HasMore = true;
            (Cancelled ??= []).Add(redelivery);
        }

        public void Drop(Single<T> item)
        {
            HasMore = true;
            HasDropped = true;
            Dropped = item.Item;
            Settle(item.Context, ItemOutcome.Dropped);
        }

        /// <summary>Workers are to come that were parked: others may be noted already.</summary>
        public void Wake(Worker[]? parked)
        {
            HasMore |= parked is not null;
            Parked = Parked is null ? parked : [.. Parked, .. parked ?? []];
        }

        /// <summary>An item is settled: whoever waits for it is to be told.</summary>
        public void Settle(ItemContext? context, ItemOutcome outcome)
        {
            if (context is not null)
            {
                HasMore = true;
                (_settled ??= []).Add((context, outcome));
            }
        }

        /// <summary>Takes those items out, to be told elsewhere; null when there is none.</summary>
        public Telling? TakeSettled()
        {
            Telling? telling = _settled is null ? null : new Telling(_settled);
            _settled = null;
            return telling;
        }

        public readonly void TellSettled() => _settled?.ForEach(static settled => settled.Context.Settle(settled.Outcome));
    }

    /// <summary>Pays what a critical section owes. Outside the lock.</summary>
    private void Raise(ref Signals signals)
    {
        for (Waiter? waiter = signals.First; waiter is not null;)
        {
            Waiter? next = waiter.Next;
            waiter.Next = null;
            waiter.Unwatch();
            waiter.Publish();
            waiter = next;
        }

        signals.Workers?.Send(signals.Call);
        signals.Watchdog?.Arm();
        if (signals.HasMore)
        {
            RaiseMore(ref signals);
        }
    }

    /// <summary>Pays what sections seldom owe.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void RaiseMore(ref Signals signals)
    {
        signals.Late?.Insist();
        if (signals.Releases)
        {
            _window!.ReleaseNow(); // After the call: it may run code of the application's, if the next stage drops.
        }

        if (signals.Hidden is not null)
        {
            Unhide(signals.Hidden);
        }

        if (signals.Paced is not null)
        {
            Background.Start(signals.Paced, local: false);
        }

        if (signals.Finished)
        {
            EndCompletion(signals.Error);
            signals.Workers?.Finish();
        }

        if (signals.Parked is not null)
        {
            Array.ForEach(signals.Parked, static worker => worker.Wake());
        }

        signals.Cancelled?.ForEach(static redelivery => redelivery.Cancel());
        if (signals.HasDropped)
        {
            _onDropped?.Invoke(signals.Dropped);
        }

        signals.TellSettled();
    }

    private void EndCompletion(Exception? error)
    {
        if (error is null)
        {
            _completion.TrySetResult();
        }
        else if (error is OperationCanceledException cancellation)
        {
            _completion.TrySetCanceled(cancellation.CancellationToken);
        }
        else
        {
            _completion.TrySetException(error);
            _ = _completion.Task.Exception; // Observed: whoever does not read Completion must not hear of it from the finalizer.
        }
    }
}
