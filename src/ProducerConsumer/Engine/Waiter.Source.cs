using System.Threading.Tasks.Sources;

namespace ProducerConsumer;

/// <summary>A <see cref="Waiter"/> that a <see cref="ValueTask{TResult}"/> of the caller's stands for.</summary>
/// <remarks>Continuations are always queued: none ever runs inside the write, read or stop that ended the wait.</remarks>
internal class Waiter<TResult>(IWaiterHost host) : Waiter(host), IValueTaskSource<TResult>, IValueTaskSource
{
    private ManualResetValueTaskSourceCore<TResult> _core = new() { RunContinuationsAsynchronously = true };

    /// <summary>What was decided, when <see cref="_error"/> is null; written under the buffer's lock, read by the one who settled.</summary>
    private TResult _result = default!;

    /// <summary>Why the wait failed; null when it did not.</summary>
    private Exception? _error;

    public ValueTask<TResult> AsValueTask() => new(this, _core.Version);

    public ValueTask AsPlainValueTask() => new(this, _core.Version);

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
    }

    public TResult GetResult(short token) => _core.GetResult(token);

    void IValueTaskSource.GetResult(short token) => _core.GetResult(token);

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
}
