namespace ProducerConsumer;

/// <summary>
/// A stage whose work is a number of turns, each one call of producer code. Turns that find all workers busy wait; a
/// stop cancels those that have not begun.
/// </summary>
internal sealed class SourceStage : Stage, IInlet
{
    private readonly object _gate = new();
    private readonly Func<SourceStage, Worker> _createWorker;

    /// <summary>Turns that have not begun. Whoever brings it to 0, which happens once, tells the pool. Guarded by <see cref="_gate"/>.</summary>
    private int _turns;

    public SourceStage(
        PipelineRun run, string name, int turns, int maxWorkers, Func<SourceStage, Worker> createWorker)
        : base(run, name, maxWorkers, isHandler: false, run.ProducerTokens)
    {
        _turns = turns;
        _createWorker = createWorker;
    }

    public Task Completion => Pool.Completion;

    public bool HasEnded
    {
        get
        {
            lock (_gate)
            {
                return _turns == 0 && Pool.Active_NeedsLock == 0;
            }
        }
    }

    public override void Start()
    {
        bool start;
        lock (_gate)
        {
            start = _turns > 0 && Pool.TryReserve_NeedsLock();
        }

        if (start)
        {
            Pool.Start();
        }
    }

    /// <summary>
    /// Takes the next turn for a worker and, while more are left, has another worker start on them. False when none is
    /// left; the worker then finishes and leaves.
    /// </summary>
    public bool TryTakeTurn()
    {
        bool start;
        bool finish;
        lock (_gate)
        {
            if (_turns == 0)
            {
                return false;
            }

            _turns--;
            start = _turns > 0 && Pool.TryReserve_NeedsLock();
            finish = _turns == 0;
        }

        if (start)
        {
            Pool.Start();
        }

        if (finish)
        {
            Pool.Finish();
        }

        return true;
    }

    /// <summary>A worker has nothing left to do, and holds nothing back.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            Pool.Leave_NeedsLock();
        }
    }

    public void Stop()
    {
        lock (_gate)
        {
            if (_turns == 0)
            {
                return;
            }

            _turns = 0;
        }

        Pool.Finish();
    }

    public override void Close(Exception? error) => Stop();

    public override StageBooks ReadBooks()
    {
        lock (_gate)
        {
            return new StageBooks(Name) { Workers = Pool.Active_NeedsLock };
        }
    }

    protected override Worker CreateWorker() => _createWorker(this);
}
