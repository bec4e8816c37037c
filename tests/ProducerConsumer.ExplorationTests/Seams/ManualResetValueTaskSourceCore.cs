using System.Runtime.ExceptionServices;
using System.Threading.Tasks.Sources;

namespace ProducerConsumer;

/// <summary>
/// Stands in for the framework's type of this name, which would queue continuations where the explorer cannot see them.
/// One thread at a time runs under the explorer, and this type has no point at which it would let another go on.
/// </summary>
internal struct ManualResetValueTaskSourceCore<TResult>
{
    private Action<object?>? _continuation;
    private object? _state;
    private TResult _result;
    private ExceptionDispatchInfo? _error;
    private bool _isCompleted;

    /// <summary>Always so here: no wait of the library goes on inside the call that ended it.</summary>
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
        if (_continuation is not null)
        {
            throw new InvalidOperationException("A wait is awaited once.");
        }

        _continuation = continuation;
        _state = state;
        if (_isCompleted)
        {
            Continue();
        }
    }

    private void Complete()
    {
        if (_isCompleted)
        {
            throw new InvalidOperationException("A wait ends once.");
        }

        _isCompleted = true;
        if (_continuation is not null)
        {
            Continue();
        }
    }

    private readonly void Continue()
    {
        (Action<object?> continuation, object? state) = (_continuation!, _state);
        Background.Requeue(() => continuation(state), local: true);
    }

    private readonly void Check(short token)
    {
        if (token != Version)
        {
            throw new InvalidOperationException("A wait that is over is looked at.");
        }
    }
}
