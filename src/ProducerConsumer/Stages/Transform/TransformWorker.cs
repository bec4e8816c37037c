using System.Runtime.CompilerServices;

namespace ProducerConsumer;

/// <summary>Turns each item into one result.</summary>
internal sealed class TransformWorker<T, TOut>(Func<T, CancellationToken, ValueTask<TOut>> transform) : StageWorker<T, TOut>
{
    protected override ValueTask HandleAsync(T item, CancellationToken cancellationToken)
    {
        ValueTask<TOut> call = transform(item, cancellationToken);
        return call.IsCompletedSuccessfully ? EmitAsync(call.Result) : AwaitAsync(call);
    }

    /// <summary>Pooled: it happens for every item of an asynchronous delegate.</summary>
    [AsyncMethodBuilder(typeof(PooledBuilder))]
    private async ValueTask AwaitAsync(ValueTask<TOut> call) => await EmitAsync(await call.ConfigureAwait(false)).ConfigureAwait(false);
}

/// <summary>As <see cref="TransformWorker{T, TOut}"/>, for a function that neither waits nor blocks.</summary>
internal sealed class SelectWorker<T, TOut>(Func<T, TOut> selector) : StageWorker<T, TOut>
{
    protected override ValueTask HandleAsync(T item, CancellationToken cancellationToken) => EmitAsync(selector(item));
}

/// <summary>As <see cref="TransformWorker{T, TOut}"/>, for a function that may block.</summary>
internal sealed class BlockingTransformWorker<T, TOut>(Func<T, CancellationToken, TOut> transform) : StageWorker<T, TOut>
{
    protected override ValueTask HandleAsync(T item, CancellationToken cancellationToken) => EmitAsync(transform(item, cancellationToken));
}
