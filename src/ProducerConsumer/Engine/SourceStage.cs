namespace ProducerConsumer;

/// <summary>
/// A stage whose work is a number of turns, each one call of producer code. Turns that find all workers busy wait; a
/// stop cancels those that have not begun.
/// </summary>
internal sealed class SourceStage : Stage, IInlet
{
    private readonly object _gate = new();
    private readonly Func<SourceStage, Worker> _createWorker;

    /// <summary>
    /// Turns that have not begun; below 0 by the number of workers that asked in vain. Changed by interlocked operations;
    /// whoever brings it to 0, which happens once, tells the pool.
    /// </summary>
    private int _turns;

    /// <summary>Whether all workers are there. They leave when no turn is left, so that no more will be started. Only becomes true.</summary>
    private bool _isManned;

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
                return Volatile.Read(ref _turns) <= 0 && Pool.Active_NeedsLock == 0;
            }
        }
    }

    public override void Start()
    {
        bool start;
        lock (_gate)
        {
            // Not when a stop, which takes this lock as well, has told the pool already.
            start = Volatile.Read(ref _turns) > 0 && Pool.TryReserve_NeedsLock();
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
        // Decides who takes the last turn, or that a stop came first; orders nothing else.
        int left = Interlocked.Decrement(ref _turns);
        if (left == 0)
        {
            Pool.Finish();
        }
        else if (left > 0 && !_isManned)
        {
            StartNext();
        }

        return left >= 0;
    }

    /// <summary>Starts one more worker if the cap allows it. By a worker, which keeps the pool from its end.</summary>
    private void StartNext()
    {
        bool start;
        lock (_gate)
        {
            start = Pool.TryReserve_NeedsLock();
            if (!start)
            {
                _isManned = true;
            }
        }

        if (start)
        {
            Pool.Start();
        }
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
        bool finish;
        lock (_gate)
        {
            finish = Interlocked.Exchange(ref _turns, 0) > 0;
        }

        if (finish)
        {
            Pool.Finish();
        }
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
