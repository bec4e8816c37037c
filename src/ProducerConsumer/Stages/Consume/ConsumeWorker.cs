namespace ProducerConsumer;

/// <summary>Takes items, one or several at a time, and gives each to the handler.</summary>
internal sealed class ConsumeWorker<T>(BufferedStage<T> stage, Func<T, CancellationToken, ValueTask> handler) : ItemWorker<T>(stage)
{
    /// <summary>Batches that take longer, in microseconds, are made smaller: their items could be with other workers.</summary>
    private const int BatchBudget = 50;

    private BatchSize _batchSize = new(stage.MaxBatch, BatchBudget);

    /// <summary>The call that suspended, when <see cref="_isSuspended"/>.</summary>
    private ValueTask _call;
    private bool _isSuspended;

    /// <summary>Whether a call suspended since the worker claimed items.</summary>
    private bool _hasSuspended;

    /// <summary>1 while the worker waits for its call; whoever sets it to 0 brings the worker back.</summary>
    private int _isWaiting;

    /// <summary>Brings the worker back when its call is done; made when a call suspends for the first time.</summary>
    private Action? _resume;

    /// <summary>Why the worker stops handling the items of its claim.</summary>
    private enum Pause
    {
        /// <summary>All are done.</summary>
        Done,

        /// <summary>A call suspended.</summary>
        Suspended,

        /// <summary>Others are to get the thread.</summary>
        Due,
    }

    protected override void Run()
    {
        if (_isSuspended && !_call.IsCompleted && !IsBack())
        {
            return;
        }

        _batchSize.Forget(); // Time passed that says nothing of the handler.
        if (IsCalled && Claim.IsFresh && Stage.Pool.MaxWorkers > 1)
        {
            Stage.Buffer.Arrive(this);
        }

        do
        {
            switch (HandleClaim())
            {
                case Pause.Suspended:
                    Suspend();
                    return;
                case Pause.Due:
                    YieldThread();
                    return;
            }

            if (!_hasSuspended)
            {
                _batchSize.End();
            }
        }
        while (TryClaim());
    }

    /// <summary>False when the worker is parked, and maybe running again on another thread, or has left.</summary>
    private bool TryClaim()
    {
        int most = _batchSize.Value;
        if (most > 1)
        {
            Claim.Reserve(Stage.MaxBatch);
        }

        bool suspended = _hasSuspended;
        _hasSuspended = false;
        switch (Stage.Buffer.SettleAndClaim(this, most, suspended))
        {
            case Taken.Items:
                _batchSize.Begin(Claim.Filled);
                return true;
            case Taken.Left:
                Claim.Release();
                End();
                return false;
            default:
                return false;
        }
    }

    /// <summary>Gives each item of the claim to the handler.</summary>
    private Pause HandleClaim()
    {
        const int ItemsPerLook = 8; // The clock costs as much as an item.
        CancellationToken token = Token;
        int handled = 0;
        while (true)
        {
            try
            {
                if (_isSuspended)
                {
                    _isSuspended = false;
                    ValueTask suspended = _call;
                    _call = default;
                    suspended.GetAwaiter().GetResult();
                    Claim.Settle();
                }

                while (Claim.TryStart(out T item) || (Claim.IsRefused && Stage.Buffer.TryStartRefused(Claim, out item)))
                {
                    ValueTask call = handler(item, token);
                    if (!call.IsCompleted)
                    {
                        _call = call;
                        _isSuspended = true;
                        RestoreContext();
                        return Pause.Suspended;
                    }

                    call.GetAwaiter().GetResult();
                    RestoreContext();
                    Claim.Settle();
                    if (++handled % ItemsPerLook == 0 && IsStreakOver)
                    {
                        return Pause.Due;
                    }
                }

                return handled > 0 && IsStreakOver ? Pause.Due : Pause.Done; // With none handled, the streak began with this call.
            }
            catch (Exception error)
            {
                RestoreContext();
                Settlement.JudgeCall(Stage, Claim, error, token);
            }
        }
    }

    /// <summary>Goes to the end of the queue of the thread pool. Begins anew with single items, in case the handler has become slow.</summary>
    private void YieldThread()
    {
        _batchSize.Reset();
        if (Claim.Unstarted > 0)
        {
            OfferUnstarted();
        }
        else
        {
            Stage.Buffer.Settle(Claim);
        }

        Wake();
    }

    /// <summary>
    /// Lets the call that suspended bring the worker back. Always to the pool, since what completes the call may be in
    /// the middle of something, such as a <c>SetResult</c> with more to do after it, and must not wait for the next item.
    /// </summary>
    private void Suspend()
    {
        _hasSuspended = true;
        _batchSize.Reset();
        if (Claim.Filled > 1)
        {
            OfferUnstarted();
        }

        _isWaiting = 1; // Published by whatever hands the continuation over to another thread.
        try
        {
            // From here on the worker may be running on another thread.
            _call.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(_resume ??= Resume);
        }
        catch (Exception error)
        {
            // A value task of the application's own making. When it has not taken the continuation, and never will from
            // here on, it is as if awaiting it had thrown.
            if (StopWaiting())
            {
                _isSuspended = false;
                Settlement.JudgeCall(Stage, Claim, error, Token);
                Wake();
            }
            else
            {
                Stage.Run.RecordCallbackFailure(new ItemFailure(Stage.Name, error));
            }
        }
    }

    private void Resume()
    {
        if (StopWaiting())
        {
            Background.Start(this, local: true);
        }
    }

    /// <summary>
    /// The worker was brought back though its call is not done: a value task of the application's own making called an
    /// earlier continuation again. Waits on; true when the call is done by now and nobody else brings the worker back.
    /// </summary>
    private bool IsBack()
    {
        Interlocked.Exchange(ref _isWaiting, 1); // A full fence: either the call is seen done here, or its continuation sees this.
        return _call.IsCompleted && StopWaiting();
    }

    /// <summary>True once per wait.</summary>
    private bool StopWaiting() => Interlocked.Exchange(ref _isWaiting, 0) == 1;

    /// <summary>What is not started goes to other workers, if there can be any.</summary>
    private void OfferUnstarted()
    {
        if (Stage.Pool.MaxWorkers > 1)
        {
            Stage.Buffer.Offer(Claim);
        }
        else
        {
            Claim.Forget();
        }
    }
}
