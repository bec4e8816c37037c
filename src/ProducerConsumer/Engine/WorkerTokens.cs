namespace ProducerConsumer;

/// <summary>
/// The cancellation of all workers of a kind. Each worker has a source of its own: the callbacks of one source run one
/// after the other, and user code goes on inside them, so that with a shared source a delegate that blocks after its
/// cancellation would keep the others from theirs.
/// </summary>
/// <remarks>
/// A worker that starts after the cancellation gets a source that nobody cancels; it finds its work ended and calls no
/// delegate.
/// </remarks>
internal sealed class WorkerTokens
{
    private readonly object _gate = new();

    /// <summary>All sources, also those whose worker has ended: delegates may have kept the token. Guarded by <see cref="_gate"/>.</summary>
    private readonly List<CancellationTokenSource> _sources = [];

    /// <summary>The sources whose worker has ended, for the next that starts. Guarded by <see cref="_gate"/>.</summary>
    private readonly Stack<CancellationTokenSource> _idle = new();

    /// <summary>A source for a worker that starts.</summary>
    public CancellationTokenSource Rent()
    {
        lock (_gate)
        {
            if (!_idle.TryPop(out CancellationTokenSource? source))
            {
                source = new CancellationTokenSource();
                _sources.Add(source);
            }

            return source;
        }
    }

    /// <summary>The worker has ended.</summary>
    public void Return(CancellationTokenSource source)
    {
        lock (_gate)
        {
            _idle.Push(source);
        }
    }

    /// <summary>Cancels every token before it returns; the tasks complete when the callbacks have run.</summary>
    public Task[] CancelAsync()
    {
        CancellationTokenSource[] sources;
        lock (_gate)
        {
            sources = [.. _sources];
        }

        return Array.ConvertAll(sources, source => source.CancelAsync());
    }
}
