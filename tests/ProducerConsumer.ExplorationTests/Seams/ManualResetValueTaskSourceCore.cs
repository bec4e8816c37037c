using System.Runtime.ExceptionServices;
using System.Threading.Tasks.Sources;
using Microsoft.Coyote.Runtime;

namespace ProducerConsumer;

/// <summary>
/// Stands in for the framework's type of this name, which would queue continuations where the explorer cannot see them.
/// As there, a result can be seen, and a continuation can come, while the call that sets the result is still inside.
/// </summary>
internal struct ManualResetValueTaskSourceCore<TResult>
{
    /// <summary>In the place of a continuation, when the result came first.</summary>
    private static readonly Action<object?> CameTooLate = static _ => throw new InvalidOperationException("No continuation.");

    /// <summary>Set by whoever comes first: the continuation, or <see cref="CameTooLate"/>.</summary>
    private Action<object?>? _continuation;
    private object? _state;
    private TResult _result;
    private ExceptionDispatchInfo? _error;
    private bool _isCompleted;

    public bool RunContinuationsAsynchronously { get; set; }

    public short Version { get; private set; }

    public void Reset()
    {
        this = new() { RunContinuationsAsynchronously = RunContinuationsAsynchronously, Version = (short)(Version + 1) };
    }

    public void SetResult(TResult result)
    {
        _result = result;
        Complete();
    }

    public void SetException(Exception error)
    {
        _error = ExceptionDispatchInfo.Capture(error);
        Complete();
    }

    public readonly ValueTaskSourceStatus GetStatus(short token)
    {
        Check(token);
        return (_isCompleted, _error?.SourceException) switch
        {
            (false, _) => ValueTaskSourceStatus.Pending,
            (true, null) => ValueTaskSourceStatus.Succeeded,
            (true, OperationCanceledException) => ValueTaskSourceStatus.Canceled,
            _ => ValueTaskSourceStatus.Faulted,
        };
    }

    public readonly TResult GetResult(short token)
    {
        Check(token);
        if (!_isCompleted)
        {
            throw new InvalidOperationException("The result of a wait that has not ended.");
        }

        _error?.Throw();
        return _result;
    }

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        Check(token);
        _state = state;
        Action<object?>? first;
        try
        {
            first = Interlocked.CompareExchange(ref _continuation, continuation, null);
            if (ReferenceEquals(first, CameTooLate))
            {
                Queue(continuation, state);
                return;
            }
        }
        catch (ThreadInterruptedException)
        {
            // The schedule is over. An async method throws what comes out of here on a thread of the real pool, which
            // would end the process; without its continuation it just never goes on.
            return;
        }

        if (first is not null)
        {
            throw new InvalidOperationException("A wait is awaited once.");
        }
    }

    private void Complete()
    {
        if (_isCompleted)
        {
            throw new InvalidOperationException("A wait ends once.");
        }

        _isCompleted = true;
        SchedulingPoint.Interleave();
        Action<object?>? continuation = Interlocked.CompareExchange(ref _continuation, CameTooLate, null);
        if (continuation is null)
        {
            return;
        }

        if (RunContinuationsAsynchronously)
        {
            Queue(continuation, _state);
        }
        else
        {
            continuation(_state);
        }
    }

    private readonly void Check(short token)
    {
        if (token != Version)
        {
            throw new InvalidOperationException("A wait that is over is looked at.");
        }
    }

    private static void Queue(Action<object?> continuation, object? state) =>
        Background.Requeue(() => continuation(state), local: true);
}
