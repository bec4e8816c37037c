using System.Runtime.CompilerServices;

namespace ProducerConsumer;

/// <summary>Passes on the items for which a quick predicate holds. The others are completed here, with nothing emitted.</summary>
internal sealed class WhereWorker<T>(Func<T, bool> predicate) : StageWorker<T, T>
{
    protected override ValueTask HandleAsync(T item, CancellationToken cancellationToken) =>
        predicate(item) ? EmitAsync(item) : default;
}

/// <summary>As <see cref="WhereWorker{T}"/>, for a predicate that may wait.</summary>
internal sealed class AsyncWhereWorker<T>(Func<T, CancellationToken, ValueTask<bool>> predicate) : StageWorker<T, T>
{
    protected override ValueTask HandleAsync(T item, CancellationToken cancellationToken)
    {
        ValueTask<bool> call = predicate(item, cancellationToken);
        if (!call.IsCompletedSuccessfully)
        {
            return AwaitAsync(item, call);
        }

        return call.Result ? EmitAsync(item) : default;
    }

    /// <summary>Pooled: it happens for every item of an asynchronous delegate.</summary>
    [AsyncMethodBuilder(typeof(PooledBuilder))]
    private async ValueTask AwaitAsync(T item, ValueTask<bool> call)
    {
        if (await call.ConfigureAwait(false))
        {
            await EmitAsync(item).ConfigureAwait(false);
        }
    }
}
