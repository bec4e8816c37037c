namespace ProducerConsumer;

/// <summary>A producer task that writes as much and as often as it likes, into a writer of its own.</summary>
internal sealed class WriterProducer<T>(
    SourceStage stage, BoundedBuffer<T> buffer, Func<PipelineWriter<T>, CancellationToken, ValueTask> produce)
    : ProduceWorker<T>(stage, buffer)
{
    protected override async ValueTask<bool> ProduceAsync(CancellationToken cancellationToken)
    {
        Edge.Token = cancellationToken;
        ProducerWriter<T> writer = new(Stage, Buffer, Edge, ExecutionContext.Capture());
        try
        {
            ValueTask call = produce(writer, cancellationToken);
            bool suspended = !call.IsCompleted;
            await call.ConfigureAwait(false);
            return suspended;
        }
        finally
        {
            writer.Close();
        }
    }
}
