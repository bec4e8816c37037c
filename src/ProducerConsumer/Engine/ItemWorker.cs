namespace ProducerConsumer;

/// <summary>
/// A worker that takes items out of the buffer of its stage, one or several at a time, and calls the stage's code for each.
/// </summary>
internal abstract partial class ItemWorker<T> : Worker
{
    /// <summary>Batches that take longer, in microseconds, are made smaller: their items could be with other workers.</summary>
    private const int BatchBudget = 50;

    private readonly Func<ItemWorker<T>, WorkerCode<T>> _createCode;

    /// <summary>Called for each item; null before the worker runs for the first time.</summary>
    private Func<T, CancellationToken, ValueTask>? _handle;

    /// <summary>Where the results go; null for a stage without any.</summary>
    private readonly Outlet? _outlet;

    /// <summary>What the stage's code does besides handling items; null when there is nothing.</summary>
    private IWorkerCode? _code;

    private BatchSize _batchSize;

    /// <summary>What the worker waits for, when it does: <see cref="_awaited"/>.</summary>
    private ValueTask _call;
    private Awaited _awaited;

    /// <summary>Whether a call suspended since the worker claimed items.</summary>
    private bool _hasSuspended;

    /// <param name="stage">The stage.</param>
    /// <param name="createCode">Makes the code, which may be the application's: by the worker itself, on its own thread.</param>
    /// <param name="outlet">Where the code puts its results; null if there are none.</param>
    protected ItemWorker(BufferedStage<T> stage, Func<ItemWorker<T>, WorkerCode<T>> createCode, Outlet? outlet)
        : base(stage)
    {
        Stage = stage;
        _createCode = createCode;
        _outlet = outlet;
        Claim = new Claim<T>(outlet);
        Hand = stage.Buffer.HasKeys ? new Handful<T>() : null;
        _batchSize = new BatchSize(stage.MaxBatch, BatchBudget);
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

    /// <summary>The call for an item returned, and the item is settled.</summary>
    protected virtual void Succeed()
    {
    }

    protected override void Run()
    {
        if (_awaited != Awaited.Nothing && !_call.IsCompleted && !IsBack())
        {
            return;
        }

        if (_handle is null)
        {
            CreateCode();
        }

        _batchSize.Forget(); // Time passed that says nothing of the handler.
        if (IsCalled && Stage.Pool.MaxWorkers > 1 && !TryArrive())
        {
            return;
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
                EndBatch();
            }

            if (!TryPublish(isLast: Claim.Size > 1 || _batchSize.Value == 1)) // Else TryClaim rents memory first, which may fail.
            {
                Wait();
                return;
            }
        }
        while (TryClaim());
    }

    /// <summary>
    /// The worker was called: others can be only when it has come to the buffer, so it goes there before it waits for
    /// anything. One alone need not: nobody else is to be called. False when it has nothing to do.
    /// </summary>
    private bool TryArrive()
    {
        bool hasItem = Claim.IsFresh;
        if (hasItem)
        {
            Stage.Buffer.Arrive(this);
        }

        return hasItem || TryClaim();
    }

    /// <summary>Code that cannot be made is a fault of the stage; the worker then finds its stage closed, and leaves.</summary>
    private void CreateCode()
    {
        try
        {
            (_handle, _code) = _createCode(this);
        }
        catch (Exception error)
        {
            _handle = static (_, _) => ValueTask.FromException(new OperationCanceledException());
            Stage.Run.Log.Faulted(Stage.Run.Fault(new ItemFailure(Stage.Name, error)));
        }

        RestoreContext();
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
        Taken taken = Hand is null ? Stage.Buffer.SettleAndClaim(this, most, suspended) : TakeFromLanes(most, suspended);

        switch (taken)
        {
            case Taken.Items:
                _batchSize.Begin(Claim.Filled, isJudged: Claim.IsSolo);
                return true;
            case Taken.Results:
                // They are published with those of the claim, which is empty: that is no batch, and the next claim is yet to come.
                _hasSuspended = suspended;
                _batchSize.Forget();
                return true;
            case Taken.CallBack:
                return TryCallCode(isEnd: false);
            case Taken.End:
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
}
