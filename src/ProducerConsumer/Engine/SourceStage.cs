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
    /// Turns that have not begun; below 0 when workers asked in vain. Changed by interlocked operations; whoever takes the
    /// last one, a worker or a stop, tells the pool.
    /// </summary>
    private int _turns;

    /// <summary>Whether all workers are there. They leave when no turn is left, so that no more will be started. Only becomes true.</summary>
    private bool _isManned;

    /// <summary>
    /// 1 while a worker was started and has not asked for a turn: until it does nobody starts another, or quick turns would
    /// start a worker each. It starts the next one itself.
    /// </summary>
    private int _isStarting;

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

        Volatile.Write(ref _isStarting, start ? 1 : 0);

        if (start)
        {
            Pool.Start();
        }
    }

    /// <summary>
    /// Takes the next turn for a worker and, while more are left, has another worker start on them. False when none is
    /// left; the worker then finishes and leaves.
    /// </summary>
    public bool TryTakeTurn(Worker worker)
    {
        if (worker.IsCalled)
        {
            worker.IsCalled = false; // Its own from its start on: these workers are never parked.
            Volatile.Write(ref _isStarting, 0);
        }

        // Decides who takes the last turn, or that a stop came first; orders nothing else.
        int left = Interlocked.Decrement(ref _turns);
        if (left == 0)
        {
            Pool.Finish();
        }
        else if (left > 0 && !_isManned && Interlocked.Exchange(ref _isStarting, 1) == 0)
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
