using System.Threading.Channels;

namespace ProducerConsumer.Tests;

public sealed class EnumerablePipelineTests : PipelineContract
{
    protected override int InHand => 1;

    protected override PipelineBuilder<int> AddSource(PipelineBuilder<int> builder, Feed feed) =>
        Enumerable.Range(0, feed.Producers).Aggregate(builder, (sources, _) => sources.Produce(feed.AsEnumerable()));
}

public sealed class AsyncEnumerablePipelineTests : PipelineContract
{
    protected override int InHand => 1;

    protected override PipelineBuilder<int> AddSource(PipelineBuilder<int> builder, Feed feed) =>
        Enumerable.Range(0, feed.Producers).Aggregate(builder, (sources, _) => sources.Produce(feed.AsAsyncEnumerable()));
}

public sealed class ChannelReaderPipelineTests : PipelineContract
{
    protected override int InHand => 1;

    protected override PipelineBuilder<int> AddSource(PipelineBuilder<int> builder, Feed feed) =>
        Enumerable.Range(0, feed.Producers).Aggregate(builder, (sources, _) => sources.Produce(feed.AsReader()));
}

/// <summary>One call, one item. The number of calls is given, so the call after the last id, if there is one, throws.</summary>
public sealed class CallPipelineTests : PipelineContract
{
    protected override int InHand => 1;

    protected override PipelineBuilder<int> AddSource(PipelineBuilder<int> builder, Feed feed) =>
        builder.Produce(
            feed.Fault is null ? feed.Items : feed.Items + 1,
            async cancellationToken =>
            {
                using IDisposable inside = feed.Enter();
                int id = feed.Next()!.Value;
                if (id % 3 == 0)
                {
                    await Task.Yield();
                }

                cancellationToken.ThrowIfCancellationRequested();
                return id;
            },
            maxWorkers: feed.Producers);
}

public sealed class WriterPipelineTests : PipelineContract
{
    protected override int InHand => 0;

    protected override PipelineBuilder<int> AddSource(PipelineBuilder<int> builder, Feed feed) =>
        builder.Produce(feed.Producers, feed.WriteToAsync);
}

public sealed class PushPipelineTests : PipelineContract
{
    protected override int InHand => 0;

    protected override PipelineBuilder<int> AddSource(PipelineBuilder<int> builder, Feed feed) => builder;

    protected override async Task PushAsync(PooledPipeline<int> pipeline, Feed feed)
    {
        // Not in the context of a caller that may be blocked.
        await Task.WhenAll(Enumerable.Range(0, feed.Producers).Select(_ => Task.Run(WriteAsync))).ConfigureAwait(false);
        pipeline.Writer.TryComplete();

        async Task WriteAsync()
        {
            try
            {
                await feed.WriteToAsync(pipeline.Writer, CancellationToken.None);
            }
            catch (Exception fault) when (ReferenceEquals(fault, feed.Fault))
            {
                pipeline.Writer.TryComplete(fault);
            }
            catch (ChannelClosedException)
            {
                // The run has ended, and with it everybody who writes to it.
            }
        }
    }
}
