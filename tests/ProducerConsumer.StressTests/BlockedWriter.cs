using System.Threading.Channels;

namespace ProducerConsumer.StressTests;

/// <summary>Whose writer a <see cref="BlockedWriter"/> is.</summary>
public enum WriterKind
{
    /// <summary>The application's.</summary>
    Push,

    /// <summary>That of a producer task.</summary>
    Producer,
}

/// <summary>A pipeline whose only consumer is held and whose buffer of one slot is full: every write waits until the test takes an item out.</summary>
internal sealed class BlockedWriter : IAsyncDisposable
{
    private readonly PooledPipeline<int> _pipeline;
    private readonly ChannelReader<int> _reader;

    private BlockedWriter(PooledPipeline<int> pipeline, ChannelWriter<int> writer)
    {
        _pipeline = pipeline;
        _reader = ((BufferedStage<int>)pipeline.Run.Stages[^1]).Buffer.Reader;
        Writer = writer;
    }

    public ChannelWriter<int> Writer { get; }

    public static async Task<BlockedWriter> CreateAsync(WriterKind kind)
    {
        TaskCompletionSource<ChannelWriter<int>> handed = new();
        TaskCompletionSource held = new();
        PipelineBuilder<int> builder = PooledPipeline.CreateBuilder<int>(capacity: 1);
        if (kind == WriterKind.Producer)
        {
            builder = builder.Produce(1, async (writer, cancellationToken) =>
            {
                handed.SetResult(writer);
                await Task.Delay(Timeout.Infinite, cancellationToken);
            });
        }

        PooledPipeline<int> pipeline = builder
            .Consume(async (_, cancellationToken) =>
            {
                held.SetResult();
                await Task.Delay(Timeout.Infinite, cancellationToken);
            })
            .Build();
        await pipeline.StartAsync();
        BlockedWriter blocked = new(pipeline, kind == WriterKind.Producer ? await handed.Task : pipeline.Writer);
        await blocked.Writer.WriteAsync(0);
        await held.Task;
        await blocked.Writer.WriteAsync(0);
        return blocked;
    }

    /// <summary>Takes an item out, so that the write that has waited longest succeeds.</summary>
    public void Release() => Assert.True(_reader.TryRead(out _));

    public ValueTask DisposeAsync() => _pipeline.DisposeAsync();
}
