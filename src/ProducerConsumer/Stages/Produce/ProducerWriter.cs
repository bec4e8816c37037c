using System.Threading.Channels;

namespace ProducerConsumer;

/// <summary>One producer task's own view of the pipeline's input: completing it ends this view and nobody else's.</summary>
/// <param name="stage">The stage of the producer.</param>
/// <param name="buffer">Where the items go.</param>
/// <param name="edge">The way that they take.</param>
/// <param name="home">The execution context in which the producer was begun.</param>
internal sealed class ProducerWriter<T>(SourceStage stage, BoundedBuffer<T> buffer, Edge edge, ExecutionContext? home)
    : EdgeWriter<T>(stage.Run, buffer, edge, home)
{
    /// <summary>How the view was completed; null while it is open. Set once.</summary>
    private Closing? _closing;

    protected override ChannelClosedException? Refusal =>
        Volatile.Read(ref _closing) switch // Pairs with the exchange in Close.
        {
            null => null,
            { Error: { } error } => new ChannelClosedException(error),
            _ => new ChannelClosedException(
                $"A producer of stage '{stage.Name}' completed its writer, or has ended. Write before that; each producer task has a writer of its own."),
        };

    public override bool TryComplete(Exception? error = null)
    {
        bool first = Close(error);
        if (first && error is not null)
        {
            Run.Log.Faulted(Run.Fault(new ItemFailure(stage.Name, error)));
        }

        return first;
    }

    /// <summary>Ends the view: on completion by its producer, and when that producer has ended. True the first time.</summary>
    public bool Close(Exception? error = null) =>
        Interlocked.CompareExchange(ref _closing, new Closing(error), null) is null;

    private sealed record Closing(Exception? Error);
}
