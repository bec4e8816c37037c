using System.Threading.Tasks.Sources;
using Microsoft.Extensions.ObjectPool;

namespace ProducerConsumer;

/// <summary>A <see cref="Waiter"/> that a <see cref="ValueTask{TResult}"/> of the caller's stands for.</summary>
/// <remarks>
/// Continuations are always queued: none ever runs inside the write, read or stop that ended the wait. A wait that
/// succeeded and was awaited gives its waiter back, unless a callback of its token may still be on the way to it: that
/// one must find the wait it was meant for.
/// </remarks>
internal class Waiter<TResult>(IWaiterHost host) : Waiter(host), IValueTaskSource<TResult>, IValueTaskSource
{
    private ManualResetValueTaskSourceCore<TResult> _core = new() { RunContinuationsAsynchronously = true };

    /// <summary>What was decided, when <see cref="_error"/> is null; written under the buffer's lock, read by the one who settled.</summary>
    private TResult _result = default!;

    /// <summary>Why the wait failed; null when it did not.</summary>
    private Exception? _error;

    /// <summary>
    /// Who has let go of the waiter: 0 for nobody, or one of <see cref="Published"/> and <see cref="ResultTaken"/>. The
    /// other of the two then gives it back.
    /// </summary>
    private int _letGo;

    /// <summary>The publisher is done with the core.</summary>
    private const int Published = 1;

    /// <summary>The caller has its result.</summary>
    private const int ResultTaken = 2;

    /// <summary>Tells the wait that is under way from those that this waiter served before.</summary>
    protected short Version => _core.Version;

    public ValueTask<TResult> AsValueTask() => new(this, Version);

    public ValueTask AsPlainValueTask() => new(this, Version);

    public void Succeed_NeedsLock(TResult result)
    {
        _result = result;
        IsSettled = true;
    }

    public override void Fail_NeedsLock(Exception error)
    {
        _error = error;
        IsSettled = true;
    }

    public override void Publish()
    {
        if (_error is null)
        {
            _core.SetResult(_result);
        }
        else
        {
            _core.SetException(_error);
        }

        LetGo(Published);
    }

    public TResult GetResult(short token)
    {
        TResult result = _core.GetResult(token); // Throws when the wait failed, or when the waiter serves another by now.
        LetGo(ResultTaken);
        return result;
    }

    /// <summary>As <see cref="Publish"/>, but the caller, which has nothing else to do, runs the continuation.</summary>
    protected void PublishHere()
    {
        _core.RunContinuationsAsynchronously = false;
        Publish();
    }

    /// <summary>
    /// Called by who published and by who took the result, in either order: the result can be seen while the publisher is
    /// still inside the core, which would then meet the next wait. The second of them gives the waiter back.
    /// </summary>
    private void LetGo(int who)
    {
        // A full fence either way: the second one sees all that the first one did.
        int before = Interlocked.CompareExchange(ref _letGo, who, 0);
        if (before == who)
        {
            // The publisher is still inside. Without this the waiter would be given back under it, and another's wait suffer.
            throw new InvalidOperationException("The result of a wait on a pipeline or channel was asked for twice. Await a ValueTask once, or call AsTask().");
        }

        if (before != 0 && IsUnwatched)
        {
            _letGo = 0;
            _result = default!;
            _core.RunContinuationsAsynchronously = true;
            _core.Reset(); // From here on the caller's task is spent.
            Renew();
            Return();
        }
    }

    void IValueTaskSource.GetResult(short token) => GetResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        // The core would post to the caller's context from inside Publish, on the thread of whoever ended the wait. A
        // Post that throws would hit that innocent thread and lose the continuation; so the posting is done here.
        if ((flags & ValueTaskSourceOnCompletedFlags.UseSchedulingContext) != 0
            && CapturedContinuation.TryCapture(continuation, state, Host, out CapturedContinuation? captured))
        {
            flags &= ~ValueTaskSourceOnCompletedFlags.UseSchedulingContext;
            _core.OnCompleted(CapturedContinuation.Resume, captured, token, flags);
        }
        else
        {
            _core.OnCompleted(continuation, state, token, flags);
        }
    }

    /// <summary>Gives the renewed waiter back to where it came from.</summary>
    protected virtual void Return()
    {
    }
}

/// <summary>Makes the waiters of a pool that keeps them for the next wait, so that a wait allocates nothing in the steady state.</summary>
internal sealed class WaiterPolicy<TWaiter>(Func<TWaiter> create) : PooledObjectPolicy<TWaiter>
    where TWaiter : notnull
{
    /// <summary>As many as wait at once in most programs; beyond it the heap serves.</summary>
    public const int MaxRetained = 256;

    public override TWaiter Create() => create();

    public override bool Return(TWaiter obj) => true;
}
