namespace ProducerConsumer;

/// <summary>
/// A worker that takes items out of the buffer of its stage, one or several at a time, and calls the stage's code for each.
/// </summary>
internal abstract partial class ItemWorker<T> : Worker
{
    /// <summary>Batches that take longer, in microseconds, are made smaller: their items could be with other workers.</summary>
    private const int BatchBudget = 50;

    private readonly Func<T, CancellationToken, ValueTask> _handle;

    /// <summary>Where the results go; null for a stage without any.</summary>
    private readonly Outlet? _outlet;

    /// <summary>What the stage's code does besides handling items; null when there is nothing.</summary>
    private readonly IWorkerCode? _code;

    private BatchSize _batchSize;

    /// <summary>What the worker waits for, when it does: <see cref="_awaited"/>.</summary>
    private ValueTask _call;
    private Awaited _awaited;

    /// <summary>Whether a call suspended since the worker claimed items.</summary>
    private bool _hasSuspended;

    /// <param name="stage">The stage.</param>
    /// <param name="handle">Called once for each item, one call at a time.</param>
    /// <param name="outlet">Where these calls put their results; null if there are none.</param>
    /// <param name="code">What else the stage's code does; null if there is nothing.</param>
    protected ItemWorker(BufferedStage<T> stage, Func<T, CancellationToken, ValueTask> handle, Outlet? outlet, IWorkerCode? code)
        : base(stage)
    {
        Stage = stage;
        _handle = handle;
        _outlet = outlet;
        Claim = new Claim<T>(outlet);
        _code = code;
        MustEnd = code is not null;
        _batchSize = new BatchSize(stage.MaxBatch, BatchBudget);
    }

    /// <summary>What brings the worker back.</summary>
    private enum Awaited
    {
        Nothing,

        /// <summary>The call for the item that was started last.</summary>
        Call,

        /// <summary>Room for what the claim's items became.</summary>
        Room,

        /// <summary>Code that was called for no item: its time had come, or the end.</summary>
        Code,

        /// <summary>The judgement on a call that did not return.</summary>
        Judgement,
    }

    /// <summary>Why the worker stops handling the items of its claim.</summary>
    private enum Pause
    {
        /// <summary>All are done.</summary>
        Done,

        /// <summary>A call suspended, or waits for room.</summary>
        Suspended,

        /// <summary>Others are to get the thread.</summary>
        Due,
    }

    /// <summary>The items that this worker took and has not settled.</summary>
    public Claim<T> Claim { get; }

    public BufferedStage<T> Stage { get; }

    /// <summary>Whether <see cref="Succeed"/> is to be called.</summary>
    protected bool CountsSuccesses { get; init; }

    /// <summary>
    /// Decides what the end of a call means that did not return, and books it. The item is that of <see cref="Claim"/>.
    /// Never fails, but may have to wait for code of the application's.
    /// </summary>
    /// <param name="error">What the call threw.</param>
    /// <param name="results">What became of the results of the call.</param>
    protected abstract ValueTask JudgeAsync(Exception error, CallResults results);

    /// <summary>As <see cref="JudgeAsync"/>, for a call that was for no item.</summary>
    protected abstract void JudgeCode(Exception error, CallResults results);

    /// <summary>The call for an item returned.</summary>
    protected virtual void Succeed()
    {
    }

    protected override void Run()
    {
        if (_awaited != Awaited.Nothing && !_call.IsCompleted && !IsBack())
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

            if (!TryPublish())
            {
                Wait();
                return;
            }
        }
        while (TryClaim());
    }

    /// <summary>False when the worker waits, is parked and maybe running again on another thread, or has left.</summary>
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
            case Taken.CallBack:
                return TryCallCode(isEnd: false);
            case Taken.End:
                MustEnd = false;
                return TryCallCode(isEnd: true);
            case Taken.Left:
                Claim.Release();
                _outlet?.Release();
                ReleaseTimer();
                End();
                return false;
            default:
                return false;
        }
    }

    /// <summary>Calls the stage's code for each item of the claim.</summary>
    private Pause HandleClaim()
    {
        const int ItemsPerLook = 8; // The clock costs as much as an item.
        CancellationToken token = Token;
        int handled = 0;
        while (true)
        {
            try
            {
                if (_awaited != Awaited.Nothing)
                {
                    GetAwaited();
                }

                while (Claim.TryStart(out T item) || (Claim.IsRefused && Stage.Buffer.TryStartRefused(Claim, out item)))
                {
                    _outlet?.Begin(holdsBack: Claim.Filled > 1);
                    if (Claim.CurrentContext is { } context)
                    {
                        BeginContext(context);
                    }

                    ValueTask call = _handle(item, token);
                    if (!call.IsCompleted)
                    {
                        _call = call;
                        _awaited = Awaited.Call;
                        RestoreContext();
                        return Pause.Suspended;
                    }

                    call.GetAwaiter().GetResult();
                    EndCall();
                    Settle();
                    if (++handled % ItemsPerLook == 0 && IsStreakOver)
                    {
                        return Pause.Due;
                    }
                }

                return handled > 0 && IsStreakOver ? Pause.Due : Pause.Done; // With none handled, the streak began with this call.
            }
            catch (Exception error)
            {
                EndCall();
                if (!TryJudge(error))
                {
                    return Pause.Suspended;
                }
            }
        }
    }

    /// <summary>What the worker waited for is done; throws what the call threw.</summary>
    private void GetAwaited()
    {
        ValueTask call = _call;
        _call = default;
        call.GetAwaiter().GetResult();
        if (_awaited == Awaited.Call)
        {
            EndCall();
            Settle();
        }

        _awaited = Awaited.Nothing;
    }

    /// <summary>What was called has thrown, at once or when the worker came back. False when the worker has to wait for the judgement.</summary>
    private bool TryJudge(Exception error)
    {
        CallResults results = _outlet?.End() ?? CallResults.None;
        bool isForItem = _awaited != Awaited.Code;
        _awaited = Awaited.Nothing;
        if (!isForItem)
        {
            JudgeCode(error, results);
            return true;
        }

        ValueTask judgement = JudgeAsync(error, results);
        if (judgement.IsCompletedSuccessfully)
        {
            return true;
        }

        _call = judgement;
        _awaited = Awaited.Judgement;
        return false;
    }

    /// <summary>The call for the item that was started last has returned.</summary>
    private void Settle()
    {
        if (_outlet is { HasRefused: true })
        {
            throw new OperationCanceledException("The next stage was closed."); // Whatever the call made of the refusal.
        }

        if (CountsSuccesses)
        {
            Succeed();
        }

        if (Claim.IsKept)
        {
            Claim.SettleKept();
        }
        else if (Claim.CurrentContext is { } context)
        {
            Claim.Settle();
            context.Settle(ItemOutcome.Completed);
        }
        else
        {
            Claim.Settle();
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

        if (TryPublish())
        {
            Wake();
        }
        else
        {
            Wait();
        }
    }

    /// <summary>Publishes the results of the claim; false when the worker has to <see cref="Wait"/> for room.</summary>
    private bool TryPublish()
    {
        ValueTask publish = _outlet?.PublishAsync() ?? default;
        if (publish.IsCompletedSuccessfully)
        {
            return true;
        }

        _call = publish;
        _awaited = Awaited.Room;
        return false;
    }

    /// <summary>The call for an item suspended the worker.</summary>
    private void Suspend()
    {
        if (_outlet is { IsBlocked: true })
        {
            _batchSize.Forget(); // The time until there is room says nothing of the handler, and everybody waits for the same.
        }
        else
        {
            _hasSuspended = true;
            _batchSize.Reset();
            _outlet?.Offer();
            if (Claim.Filled > 1)
            {
                OfferUnstarted();
            }
        }

        Wait();
    }

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
