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

    /// <summary>Brings the worker back to the pool when its call is done; made when a call suspends for the first time.</summary>
    private Action? _resume;

    protected override void Run()
    {
        _batchSize.Forget(); // Time passed that says nothing of the handler.
        if (IsCalled && Claim.IsFresh && Stage.Pool.MaxWorkers > 1)
        {
            Stage.Buffer.Arrive(this);
        }

        do
        {
            if (!HandleClaim())
            {
                Suspend();
                return;
            }

            _batchSize.End();
            if (IsStreakOver)
            {
                Stage.Buffer.Settle(Claim);
                Background.Start(this, local: false);
                return;
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
                End();
                return false;
            default:
                return false;
        }
    }

    /// <summary>Gives each item of the claim to the handler; false when a call suspended.</summary>
    private bool HandleClaim()
    {
        CancellationToken token = Token;
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
                        return false;
                    }

                    call.GetAwaiter().GetResult();
                    RestoreContext();
                    Claim.Settle();
                }

                return true;
            }
            catch (Exception error)
            {
                RestoreContext();
                Settlement.JudgeCall(Stage, Claim, error, token);
            }
        }
    }

    /// <summary>
    /// Lets the call that suspended bring the worker back. Always to the pool, since what completes the call may be in
    /// the middle of something, such as a <c>SetResult</c> with more to do after it, and must not wait for the next item.
    /// </summary>
    private void Suspend()
    {
        _hasSuspended = true;
        _batchSize.Reset();
        if (Claim.Filled > 1 && Stage.Pool.MaxWorkers > 1)
        {
            Stage.Buffer.Offer(Claim);
        }

        try
        {
            // From here on the worker may be running on another thread.
            _call.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(_resume ??= Wake);
        }
        catch (Exception error)
        {
            // A value task of the application's own making that takes no continuation: as if awaiting it had thrown.
            _isSuspended = false;
            Settlement.JudgeCall(Stage, Claim, error, Token);
            Wake();
        }
    }
}
