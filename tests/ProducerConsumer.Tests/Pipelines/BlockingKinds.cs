namespace ProducerConsumer.Tests;

/// <summary>Sequences that are enumerated on threads of their own.</summary>
public sealed class BlockingEnumerablePipelineTests : PipelineContract
{
    protected override int InHand => 1;

    protected override PipelineBuilder<int> AddSource(PipelineBuilder<int> builder, Feed feed) =>
        Enumerable.Range(0, feed.Producers).Aggregate(builder, (sources, _) => sources.ProduceBlocking(feed.AsEnumerable()));
}

/// <summary>One call, one item, on threads of their own. As with <see cref="CallPipelineTests"/>, a call too many throws.</summary>
public sealed class BlockingCallPipelineTests : PipelineContract
{
    protected override int InHand => 1;

    protected override PipelineBuilder<int> AddSource(PipelineBuilder<int> builder, Feed feed) =>
        builder.ProduceBlocking(
            feed.Fault is null ? feed.Items : feed.Items + 1,
            cancellationToken =>
            {
                using IDisposable inside = feed.Enter();
                int id = feed.Next()!.Value;
                cancellationToken.ThrowIfCancellationRequested();
                return id;
            },
            maxWorkers: feed.Producers);
}

public sealed class BlockingTransformedPipelineTests : StagedPipelineContract
{
    protected override PipelineBuilder<int, int> AddStages(PipelineBuilder<int> builder) =>
        builder.TransformBlocking((item, token) =>
        {
            token.ThrowIfCancellationRequested();
            return item;
        });
}

/// <summary>Everything is on threads of its own, and the consumers block until what they wait for has come.</summary>
public sealed class BlockingConsumersPipelineTests : PipelineContract
{
    protected override int InHand => 2;

    protected override PipelineBuilder<int> AddSource(PipelineBuilder<int> builder, Feed feed) =>
        Enumerable.Range(0, feed.Producers).Aggregate(builder, (sources, _) => sources.ProduceBlocking(feed.AsEnumerable()));

    protected override PipelineBuilder<int, int> AddStages(PipelineBuilder<int> builder) =>
        builder.TransformBlocking((item, _) => item, maxWorkers: 2, preserveOrder: true);

    protected override PipelineRecipe<int> AddConsumers(
        PipelineBuilder<int, int> builder, Func<int, CancellationToken, ValueTask> handler, int consumers) =>
        builder.ConsumeBlocking((item, token) => handler(item, token).AsTask().GetAwaiter().GetResult(), maxWorkers: consumers);
}
