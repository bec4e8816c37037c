namespace ProducerConsumer;

#pragma warning disable RS0030 // The one file that starts work, so that the owner of every task can be found here.

/// <summary>The only place of the library that hands work to the thread pool or starts a thread.</summary>
internal static class Background
{
    /// <summary>
    /// Queues <paramref name="workItem"/> in the default execution context: what runs there sees nothing of the caller's
    /// <see cref="AsyncLocal{T}"/> values, whoever the caller happens to be.
    /// </summary>
    /// <param name="workItem">What to run.</param>
    /// <param name="local">
    /// True: next on this thread, unless another has nothing to do and steals it. False: behind everything that the pool
    /// already has to do; a thread empties its own queue first, newest first, so that nobody else would get the thread.
    /// </param>
    public static void Start(IThreadPoolWorkItem workItem, bool local) =>
        ThreadPool.UnsafeQueueUserWorkItem(workItem, local);

    /// <summary>
    /// As <see cref="Start"/> on this thread. For what is looked after: a thread that is not given up keeps it from all
    /// others for as long as they have something else to do.
    /// </summary>
    public static void StartNear(IThreadPoolWorkItem workItem) => Start(workItem, local: true);

    /// <summary>Starts a thread that does not keep the process alive and sees nothing of the caller's execution context.</summary>
    /// <param name="name">The name of the thread, for debuggers.</param>
    /// <param name="run">What it does, to its end. Must not throw.</param>
    public static void StartThread(string name, Action run) =>
        new Thread(() => run()) { IsBackground = true, Name = name }.UnsafeStart();

    /// <summary>A timer that is not armed yet. Its callback runs on the thread pool, in the default execution context.</summary>
    public static Timer CreateTimer(Action callback)
    {
        AsyncFlowControl? flow = ExecutionContext.IsFlowSuppressed() ? null : ExecutionContext.SuppressFlow();
        try
        {
            return new Timer(static state => ((Action)state!)(), callback, Timeout.Infinite, Timeout.Infinite);
        }
        finally
        {
            flow?.Undo();
        }
    }

    /// <summary>
    /// A pause between two looks at something that another thread is about to change: one turn of the framework's spinning
    /// (about 40 ns), doubling to 32, then the rest of the time slice, because the other thread may have been suspended.
    /// </summary>
    public static void BackOff(int round)
    {
        const int SpinRounds = 30;
        const int YieldRounds = 60;
        if (round < SpinRounds)
        {
            Thread.SpinWait(1 << Math.Min(round, 5));
        }
        else
        {
            Thread.Sleep(round < YieldRounds ? 0 : 1);
        }
    }

    /// <summary>Continues on the thread pool; <paramref name="local"/> as for <see cref="Start"/>.</summary>
    public static void Requeue(Action continuation, bool local) =>
        ThreadPool.UnsafeQueueUserWorkItem(static action => action(), continuation, preferLocal: local);
}
