namespace ProducerConsumer;

/// <summary>
/// The cancellation of all workers of a kind. Each worker has a source of its own: the callbacks of one source run one
/// after the other, and user code goes on inside them, so that with a shared source a delegate that blocks after its
/// cancellation would keep the others from theirs.
/// </summary>
internal sealed class WorkerTokens
{
    private readonly object _gate = new();

    /// <summary>The sources of the workers that are alive. Guarded by <see cref="_gate"/>.</summary>
    private readonly HashSet<CancellationTokenSource> _sources = [];

    /// <summary>Whether the cancellation has begun, so that newcomers are cancelled from the start. Guarded by <see cref="_gate"/>.</summary>
    private bool _canceled;

    /// <summary>A source for a worker that starts.</summary>
    public CancellationTokenSource Add()
    {
        CancellationTokenSource source = new();
        lock (_gate)
        {
            if (!_canceled)
            {
                _sources.Add(source);
                return source;
            }
        }

        source.Cancel();
        return source;
    }

    /// <summary>The worker ends. Its source is not disposed: it holds nothing to free, and delegates may keep their token.</summary>
    public void Remove(CancellationTokenSource source)
    {
        lock (_gate)
        {
            _sources.Remove(source);
        }
    }

    /// <summary>Cancels every token before it returns; the tasks complete when the callbacks have run.</summary>
    public Task[] CancelAsync()
    {
        CancellationTokenSource[] sources;
        lock (_gate)
        {
            _canceled = true;
            sources = [.. _sources];
        }

        return Array.ConvertAll(sources, source => source.CancelAsync());
    }
}
