using System.Diagnostics.CodeAnalysis;

namespace ProducerConsumer;

/// <summary>
/// A continuation that wants to go on in the <see cref="SynchronizationContext"/> or <see cref="TaskScheduler"/> where
/// its await began. When that place throws instead of taking it, it goes on where it is, on the thread pool: a broken
/// context must not leave its own caller waiting.
/// </summary>
internal sealed class CapturedContinuation
{
    public static readonly Action<object?> Resume = static state => ((CapturedContinuation)state!).Post();

    private readonly Action<object?> _continuation;
    private readonly object? _state;
    private readonly object _place;
    private readonly IWaiterHost _host;

    /// <summary>0 until somebody runs the continuation, then 1; a place may run it and throw afterwards.</summary>
    private int _taken;

    private CapturedContinuation(Action<object?> continuation, object? state, object place, IWaiterHost host)
    {
        _continuation = continuation;
        _state = state;
        _place = place;
        _host = host;
    }

    public static bool TryCapture(
        Action<object?> continuation, object? state, IWaiterHost host, [NotNullWhen(true)] out CapturedContinuation? captured)
    {
        object? place = null;
        if (SynchronizationContext.Current is { } context && context.GetType() != typeof(SynchronizationContext))
        {
            place = context;
        }
        else if (TaskScheduler.Current != TaskScheduler.Default)
        {
            place = TaskScheduler.Current;
        }

        captured = place is null ? null : new CapturedContinuation(continuation, state, place, host);
        return captured is not null;
    }

    private void Post()
    {
        try
        {
            if (_place is SynchronizationContext context)
            {
                context.Post(static state => ((CapturedContinuation)state!).Run(), this);
            }
            else
            {
                Task.Factory.StartNew(
                    static state => ((CapturedContinuation)state!).Run(),
                    this,
                    CancellationToken.None,
                    TaskCreationOptions.DenyChildAttach,
                    (TaskScheduler)_place);
            }
        }
        catch (Exception error)
        {
            _host.RecordForeignFault(error);
            Run();
        }
    }

    private void Run()
    {
        if (Interlocked.Exchange(ref _taken, 1) == 0)
        {
            _continuation(_state);
        }
    }
}
