namespace ProducerConsumer;

public partial class PipelineBuilder<TIn, T>
{
    /// <summary>
    /// Ends the recipe with the caller, who reads the results in an <c>await foreach</c>. Each enumeration builds a pipeline
    /// and runs it from the first <c>MoveNextAsync</c> to the end. A slow reader holds the stages back.
    /// </summary>
    /// <param name="onCompleted">
    /// Told once of each enumeration how its run ended, also after a fault, a cancellation or a <c>break</c>, before the
    /// enumeration ends. Results that were read count as completed; what was not read is in
    /// <see cref="StageReport.Undelivered"/>. What it throws is logged and changes nothing.
    /// </param>
    /// <param name="cancellationToken">Ends the run like <see cref="StopMode.Abort"/>; so does the token of the enumeration itself.</param>
    /// <returns>
    /// The results, in the order in which the last stage emits them. When a delegate throws, the enumeration does so with a
    /// <see cref="PipelineException"/>; when a token is cancelled, with an <see cref="OperationCanceledException"/> with
    /// that token, unless everything was read. Leaving the loop aborts the run and waits for its end.
    /// </returns>
    /// <exception cref="InvalidOperationException">The recipe has no producers, and nobody could write to the pipeline.</exception>
    public IAsyncEnumerable<T> ToAsyncEnumerable(
        Action<PipelineReport>? onCompleted = null, CancellationToken cancellationToken = default)
    {
        Flow.RefuseRecycled("ToAsyncEnumerable");
        if (Flow.Sources.IsEmpty)
        {
            throw new InvalidOperationException(
                $"ToAsyncEnumerable runs the pipeline by itself, and '{Flow.Head.Name}' has no producers, so that nobody could write to it. Add Produce, or end the recipe with Consume to push through Writer.");
        }

        return new ResultStream<TIn, T>(Flow, Configure("results", configure: null, maxWorkers: 1), onCompleted, cancellationToken);
    }
}
