namespace ProducerConsumer;

/// <summary>The results of a recipe; each enumeration builds a pipeline of its own.</summary>
internal sealed class ResultStream<TIn, T>(
    Flow<TIn, T> flow,
    StageOptions<T> options,
    Action<PipelineReport>? onCompleted,
    CancellationToken cancellationToken) : IAsyncEnumerable<T>
{
    public IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken enumerationToken = default)
    {
        BoundedBuffer<T>? results = null;
        PooledPipeline<TIn> pipeline = new PipelineRecipe<TIn>(flow.Head, flow.Sources, flow.Names, Build).Build();
        return new ResultEnumerator<TIn, T>(pipeline, results!.Reader, onCompleted, cancellationToken, enumerationToken);

        BufferedStage<TIn> Build(Construction construction)
        {
            ResultStage<T> last = construction.AddResults(options);
            results = last.Buffer;
            return flow.Attach(construction, last);
        }
    }
}
