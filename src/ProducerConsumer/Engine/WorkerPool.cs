using System.Diagnostics.CodeAnalysis;

namespace ProducerConsumer;

/// <summary>
/// The workers of one stage: started on demand, capped by a <see cref="SemaphoreSlim"/>, and awaited together.
/// </summary>
/// <remarks>
/// The owner of the work (a buffer, or a source with its turns) decides under its own lock: it reserves a worker in the
/// critical section that makes work, and a worker leaves in the one where it finds none. So no work is left without a
/// worker. The semaphore never decides; it enforces the cap against workers that have left but not yet ended.
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore without a wait handle has nothing to free.")]
internal sealed class WorkerPool(int maxWorkers, Func<Worker> create)
{
    private readonly SemaphoreSlim _slots = new(maxWorkers, maxWorkers);
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Reserved workers that have not left, at most the cap. Guarded by the lock of the work's owner.</summary>
    private int _live;

    /// <summary>What keeps the pool from its end: one for the owner until <see cref="Finish"/>, one per worker until it has ended.</summary>
    private int _holds = 1;

    public int MaxWorkers => maxWorkers;

    public int Live_NeedsLock => _live;

    /// <summary>Completes, never with an error, when the work is finished and the last worker has ended.</summary>
    public Task Completion => _completion.Task;

    /// <summary>Claims the right, and the duty, to start one worker after the lock is released; false at the cap.</summary>
    public bool TryReserve_NeedsLock()
    {
        if (_live == maxWorkers)
        {
            return false;
        }

        _live++;
        Interlocked.Increment(ref _holds);
        return true;
    }

    public void Leave_NeedsLock() => _live--;

    /// <summary>Starts workers that were reserved. Outside the lock.</summary>
    public void Start(int count)
    {
        for (int i = 0; i < count; i++)
        {
            Background.Start(create());
        }
    }

    /// <summary>The owner's word, given once, that it will reserve no more. Outside the lock.</summary>
    public void Finish() => Release();

    /// <summary>
    /// Takes a slot. No token: at most the reserved workers and those on their way out compete, so the wait is short.
    /// </summary>
    public Task EnterAsync() => _slots.WaitAsync();

    /// <summary>A worker's last step.</summary>
    public void Exit()
    {
        _slots.Release();
        Release();
    }

    private void Release()
    {
        if (Interlocked.Decrement(ref _holds) == 0)
        {
            _completion.TrySetResult();
        }
    }
}
