using System.Runtime.ExceptionServices;

namespace ProducerConsumer;

/// <summary>Takes turns of a source; what a turn does is the kind of producer.</summary>
internal abstract class ProduceWorker<T>(SourceStage stage, BoundedBuffer<T> buffer) : Worker(stage)
{
    protected sealed override async Task WorkAsync()
    {
        while (stage.TryTakeTurn())
        {
            bool suspended = false;
            Exception? error = null;
            try
            {
                ValueTask turn = ProduceAsync(Token);
                suspended = !turn.IsCompleted;
                await turn.ConfigureAwait(false);
            }
            catch (Exception thrown)
            {
                error = thrown;
            }

            RestoreContext();
            Settlement.JudgeTurn(stage, error);
            await Rest(suspended);
        }
    }

    /// <summary>One turn, to its end.</summary>
    protected abstract ValueTask ProduceAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Hands over an item that the source returned, which counts as accepted from now on. False when the run was closed
    /// and the item is handed back: there is no point in asking the source for more.
    /// </summary>
    protected ValueTask<bool> DeliverAsync(T item) => buffer.DeliverAsync(item, stage.Edge);

    /// <summary>A writer for one turn, for the caller to close when the turn ends.</summary>
    protected ProducerWriter<T> CreateWriter() => new(stage, buffer);

    /// <summary>Runs a loop over a source and disposes the source; neither hides what the other throws.</summary>
    protected static async ValueTask RunAndDisposeAsync(Func<ValueTask> loop, Func<ValueTask> dispose)
    {
        Exception? error = null;
        try
        {
            await loop().ConfigureAwait(false);
        }
        catch (Exception thrown)
        {
            error = thrown;
        }

        try
        {
            await dispose().ConfigureAwait(false);
        }
        catch (Exception thrown)
        {
            // A dispose that only says that it was cancelled has nothing to add.
            error = error is null ? thrown : thrown is OperationCanceledException ? error : new AggregateException(error, thrown);
        }

        if (error is not null)
        {
            ExceptionDispatchInfo.Throw(error);
        }
    }
}
