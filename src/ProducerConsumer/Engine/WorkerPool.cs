using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace ProducerConsumer;

/// <summary>
/// The workers of one stage: started on demand, capped by a <see cref="SemaphoreSlim"/>, and awaited together.
/// </summary>
/// <remarks>
/// The owner of the work (a buffer, or a source with its turns) decides under its own lock: it calls a worker in the
/// critical section that makes work, and a worker parks or leaves in the one where it finds none. So no work is left
/// without a worker. The semaphore never decides; it enforces the cap against workers that have left but not yet ended.
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore without a wait handle has nothing to free.")]
internal sealed class WorkerPool(int maxWorkers, Func<Worker> create)
{
    private readonly SemaphoreSlim _slots = new(maxWorkers, maxWorkers);
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>
    /// Workers that found nothing to do, linked by <see cref="Worker.ParkedBefore"/>; null when there is none. The newest
    /// first: its memory is still in the caches. Guarded by the lock of the work's owner.
    /// </summary>
    private Worker? _parked;

    /// <summary>How many those are. Guarded by the lock of the work's owner.</summary>
    private int _parkedCount;

    /// <summary>Reserved workers that have not left, parked ones included; at most the cap. Guarded by the lock of the work's owner.</summary>
    private int _live;

    /// <summary>
    /// Whether a worker was called and has not come to look yet. A burst of work calls one worker; if that finds more
    /// than it takes, it calls the next. Guarded by the lock of the work's owner.
    /// </summary>
    private bool _calling;

    /// <summary>What keeps the pool from its end: one for the owner until <see cref="Finish"/>, one per worker until it has ended.</summary>
    private int _holds = 1;

    public int MaxWorkers => maxWorkers;

    /// <summary>How many workers work, or come to.</summary>
    public int Active_NeedsLock => _live - _parkedCount;

    /// <summary>As <see cref="Active_NeedsLock"/>, a moment ago: read without the lock. 1 or more.</summary>
    public int Active => Math.Max(1, Active_NeedsLock);

    /// <summary>Whether a <see cref="Call_NeedsLock"/> would have somebody come.</summary>
    public bool CanCall_NeedsLock
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => !_calling && (_parked is not null || _live < maxWorkers);
    }

    /// <summary>Whether work that waits is sure of a worker: one is on its way, or none is left to call and each looks again.</summary>
    public bool IsManned_NeedsLock => _calling || Active_NeedsLock == maxWorkers;

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

    /// <summary>
    /// Has one more worker come and look for work, unless one is on its way or all are busy. The caller owes the call a
    /// <see cref="Send"/> after the lock is released.
    /// </summary>
    public Call Call_NeedsLock()
    {
        if (TryCallParked_NeedsLock(out Call call) || _calling)
        {
            return call;
        }

        _calling = TryReserve_NeedsLock();
        return _calling ? Call.StartNew : Call.None;
    }

    /// <summary>As <see cref="Call_NeedsLock"/>, but only a parked worker.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryCallParked_NeedsLock(out Call call)
    {
        if (!_calling && _parked is { } worker)
        {
            _parked = worker.ParkedBefore;
            _parkedCount--;
            worker.ParkedBefore = null;
            _calling = true;
            call = Call.Wake(worker);
            return true;
        }

        call = Call.None;
        return false;
    }

    /// <summary>Pays what <see cref="Call_NeedsLock"/> owes. Outside the lock.</summary>
    public void Send(Call call)
    {
        if (call.IsStart)
        {
            Start();
        }
        else if (call.IsNear)
        {
            call.Worker?.WakeNear();
        }
        else
        {
            call.Worker?.Wake();
        }
    }

    /// <summary>A worker looks for work: if it is the one that was called, the next may be called.</summary>
    public void Arrive_NeedsLock(Worker worker)
    {
        if (worker.IsCalled)
        {
            worker.IsCalled = false;
            _calling = false;
        }
    }

    /// <summary>A worker found nothing and gives its thread back until it is called.</summary>
    public void Park_NeedsLock(Worker worker)
    {
        Debug.Assert(worker.ParkedBefore is null && worker != _parked, "A worker is parked once.");
        worker.ParkedBefore = _parked;
        _parked = worker;
        _parkedCount++;
    }

    /// <summary>
    /// Takes a certain worker out of those that are parked, for the caller to wake; false when it is at work. Looks at those
    /// that were parked after it.
    /// </summary>
    public bool TryUnpark_NeedsLock(Worker worker)
    {
        ref Worker? link = ref _parked;
        while (link is not null && link != worker)
        {
            link = ref link.ParkedBefore;
        }

        if (link is null)
        {
            return false;
        }

        link = worker.ParkedBefore;
        worker.ParkedBefore = null;
        _parkedCount--;
        return true;
    }

    /// <summary>Takes out all parked workers, for the caller to wake: nothing will come any more.</summary>
    public Worker[] TakeParked_NeedsLock()
    {
        Worker[] parked = _parkedCount == 0 ? [] : new Worker[_parkedCount];
        for (int i = 0; i < parked.Length; i++)
        {
            parked[i] = _parked!;
            _parked = parked[i].ParkedBefore;
            parked[i].ParkedBefore = null;
        }

        _parkedCount = 0;
        return parked;
    }

    public void Leave_NeedsLock() => _live--;

    /// <summary>Starts a worker that was reserved. Outside the lock.</summary>
    public void Start() => create().Start();

    /// <summary>
    /// The owner's word, given once, that no new work comes. What a worker has in hand may still need another one; then
    /// that worker is alive and keeps the pool from its end. Outside the lock.
    /// </summary>
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

    /// <summary>Who is to come: nobody, a parked worker, or a new one.</summary>
    public readonly record struct Call(Worker? Worker, bool IsStart)
    {
        /// <summary>Whether a parked worker is woken with <see cref="Worker.WakeNear"/>; whoever calls looks after it.</summary>
        public bool IsNear { get; init; }

        public static Call None => default;

        public static Call StartNew => new(null, IsStart: true);

        public static Call Wake(Worker worker)
        {
            worker.IsCalled = true;
            return new Call(worker, IsStart: false);
        }
    }
}
