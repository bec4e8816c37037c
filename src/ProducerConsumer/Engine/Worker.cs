using System.Runtime.CompilerServices;

namespace ProducerConsumer;

/// <summary>One worker of a pool, from its start on the thread pool to its last step.</summary>
internal abstract class Worker(Stage stage) : IThreadPoolWorkItem
{
    /// <summary>How long a worker keeps its thread while nothing suspends it, in milliseconds.</summary>
    private const int MaxStreak = 30;

    /// <summary>Whether the worker has asked for its slot of the pool.</summary>
    private bool _hasEntered;

    /// <summary>Cancels this worker's delegates; null until it has its slot.</summary>
    private CancellationTokenSource? _cancellation;

    /// <summary>The execution context that holds the run's mark and nothing else.</summary>
    private ExecutionContext? _context;

    /// <summary>When this worker last got its thread, in milliseconds of the real clock: a fake one does not starve anybody.</summary>
    private long _streakStart;

    /// <summary>1 from the time when the worker is to be queued until it goes on. It may be queued twice: who sets this to 0 goes on.</summary>
    private int _isQueued;

    /// <summary>Whether it comes through the queue of one thread. Written before <see cref="_isQueued"/> is set.</summary>
    private bool _isLocal;

    /// <summary>When it last came through the queue of all threads, behind what others had to do; as <see cref="_streakStart"/>.</summary>
    private long _sharedSince;

    /// <summary>Whether this worker was called and has not come to look yet; true for a new one. Guarded by the lock of the work's owner.</summary>
    public bool IsCalled { get; set; } = true;

    /// <summary>The worker that was parked before this one, while both are; null for none. Guarded by the lock of the work's owner.</summary>
    public Worker? ParkedBefore;

    /// <summary>The token of this worker's delegates.</summary>
    protected CancellationToken Token { get; private set; }

    /// <summary>The worker's own thread, which may wait; null when it runs on the thread pool, whose threads may not.</summary>
    protected DedicatedThread? OwnThread { get; private set; }

    /// <summary>Whether the worker has kept its thread for so long that others are to get it.</summary>
    protected bool IsStreakOver => OwnThread is null && Environment.TickCount64 - _streakStart > MaxStreak;

    /// <summary>Has a new worker begin. Outside the lock.</summary>
    public void Start()
    {
        if (stage.HasDedicatedThreads)
        {
            OwnThread = new DedicatedThread($"{stage.Run.Name}: {stage.Name}", Execute);
            OwnThread.Start();
        }

        Wake();
    }

    /// <summary>
    /// Has a parked worker look for work again, once per time. Outside the lock. Through the global queue: the thread of
    /// the caller may go on with a handler that blocks, and its own queue is the last where others look.
    /// </summary>
    public void Wake() => GoOn(local: false);

    /// <summary>
    /// Announces a <see cref="WakeNear"/> of a parked worker, which finds its work in its hands: from here on it may go on,
    /// if it was queued more often than it has come. False when it is to be woken as always, since it has a thread of its
    /// own, or to let others have the thread: what a thread queues for itself comes before all else.
    /// </summary>
    public bool TryAnnounce_NeedsLock()
    {
        // By the clock of when it last came: to read it here would lengthen the section.
        if (OwnThread is not null || _streakStart - _sharedSince > MaxStreak)
        {
            return false;
        }

        _isLocal = true;
        Volatile.Write(ref _isQueued, 1); // A release. Pairs with Execute.
        return true;
    }

    /// <summary>Whether the worker is queued, or about to be, and has not gone on.</summary>
    public bool IsQueued => Volatile.Read(ref _isQueued) != 0;

    /// <summary>
    /// As <see cref="Wake"/>, but on the caller's own thread as soon as that has nothing else to do, unless another one is
    /// free before. It may never be: who announced the worker looks whether it has come, and else wakes it with <see cref="Insist"/>.
    /// </summary>
    public void WakeNear() => Background.StartNear(this);

    /// <summary>Queues a worker for every thread that was woken near its caller. Outside the lock, and in vain when it has come.</summary>
    public void Insist() => Background.Start(this, local: false);

    /// <summary>Has the worker go on, on its own thread or the pool; <paramref name="local"/> as for <see cref="Background.Start"/>.</summary>
    protected void GoOn(bool local)
    {
        _isLocal = local;
        Volatile.Write(ref _isQueued, 1); // A release, as in TryAnnounce.
        if (OwnThread is not null)
        {
            OwnThread.Run();
        }
        else
        {
            Background.Start(this, local);
        }
    }

    /// <summary>Runs the worker on a thread of the pool or its own, whose execution context is the default one.</summary>
    public void Execute()
    {
        // An acquire: who comes first sees what the worker was queued for, whichever work item it is.
        if (Interlocked.Exchange(ref _isQueued, 0) == 0 || !TryEnter())
        {
            return;
        }

        RestoreContext();
        EndStreak();
        if (!_isLocal)
        {
            _sharedSince = _streakStart;
        }

        try
        {
            Run();
        }
        catch (Exception bug)
        {
            // Every user call has a catch of its own, so this is a fault of the library; the run must still end.
            Fail(bug);
        }
    }

    /// <summary>
    /// Works until there is nothing to do, user code suspends the worker, or its streak is over. Whoever ends that has the
    /// worker executed again. The last step of a worker is <see cref="End"/>.
    /// </summary>
    protected abstract void Run();

    /// <summary>A fault of the library itself.</summary>
    protected void Fail(Exception bug)
    {
        stage.Run.Log.Faulted(stage.Run.Fault(new ItemFailure(stage.Name, bug)));
        End();
    }

    /// <summary>The worker has left the pool and does nothing any more.</summary>
    protected void End()
    {
        OwnThread?.End();
        stage.Tokens.Return(_cancellation!);
        stage.Pool.Exit();
    }

    /// <summary>Whether code that ran on this thread has left something ambient behind, such as an activity: <see cref="RestoreContext"/> would undo it.</summary>
    protected bool IsContextChanged =>
        !ReferenceEquals(ExecutionContext.Capture(), _context) || SynchronizationContext.Current is not null;

    /// <summary>Gives the next call the worker's own execution context, whatever the last one left behind.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected void RestoreContext()
    {
        if (!ReferenceEquals(ExecutionContext.Capture(), _context))
        {
            ExecutionContext.Restore(_context!);
        }

        if (SynchronizationContext.Current is not null)
        {
            SynchronizationContext.SetSynchronizationContext(null);
        }
    }

    /// <summary>Notes that others had their chance.</summary>
    protected void EndStreak() => _streakStart = Environment.TickCount64;

    /// <summary>
    /// Takes a slot of the pool, the first time. Only workers that have left and not ended can still hold it, so the wait
    /// is short; the thread does not wait.
    /// </summary>
    private bool TryEnter()
    {
        if (!_hasEntered)
        {
            _hasEntered = true;
            Task slot = stage.Pool.EnterAsync();
            if (!slot.IsCompletedSuccessfully)
            {
                slot.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(Wake);
                return false;
            }
        }

        if (_cancellation is null)
        {
            _cancellation = stage.Tokens.Rent();
            Token = _cancellation.Token;
            _context = stage.Context ??= CreateContext();
        }

        return true;
    }

    private ExecutionContext CreateContext()
    {
        RunMark.Current = stage.Mark;
        return ExecutionContext.Capture()!;
    }
}
