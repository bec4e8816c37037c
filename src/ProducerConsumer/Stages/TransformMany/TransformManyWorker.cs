using System.Runtime.CompilerServices;

namespace ProducerConsumer;

/// <summary>Turns each item into the results of a sequence.</summary>
internal sealed class TransformManyWorker<T, TOut>(Func<T, IEnumerable<TOut>> transform) : StageWorker<T, TOut>
{
    [AsyncMethodBuilder(typeof(PooledBuilder))]
    protected override async ValueTask HandleAsync(T item, CancellationToken cancellationToken)
    {
        foreach (TOut result in transform(item))
        {
            await EmitAsync(result).ConfigureAwait(false);
        }
    }
}

/// <summary>As <see cref="TransformManyWorker{T, TOut}"/>, for a sequence that may wait.</summary>
internal sealed class AsyncTransformManyWorker<T, TOut>(Func<T, CancellationToken, IAsyncEnumerable<TOut>> transform) : StageWorker<T, TOut>
{
    protected override async ValueTask HandleAsync(T item, CancellationToken cancellationToken)
    {
        IAsyncEnumerator<TOut> results = transform(item, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using (results.ConfigureAwait(false))
        {
            while (true)
            {
                ValueTask<bool> move = results.MoveNextAsync();
                if (!move.IsCompleted)
                {
                    await PublishAsync().ConfigureAwait(false); // The next result may take any time.
                }

                if (!await move.ConfigureAwait(false))
                {
                    return;
                }

                await EmitAsync(results.Current).ConfigureAwait(false);
            }
        }
    }
}
