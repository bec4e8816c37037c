namespace ProducerConsumer.Tests;

/// <summary>Producers that write, and a stage between them and the consumers.</summary>
public abstract class StagedPipelineContract : PipelineContract
{
    protected override int InHand => 1; // Of the one worker of the stage.

    protected override PipelineBuilder<int> AddSource(PipelineBuilder<int> builder, Feed feed) =>
        builder.Produce(feed.Producers, feed.WriteToAsync);
}

public sealed class TransformedPipelineTests : StagedPipelineContract
{
    protected override PipelineBuilder<int, int> AddStages(PipelineBuilder<int> builder) =>
        builder.Transform((item, _) => new ValueTask<int>(item));
}

/// <summary>Some of the calls suspend.</summary>
public sealed class SuspendingTransformedPipelineTests : StagedPipelineContract
{
    protected override PipelineBuilder<int, int> AddStages(PipelineBuilder<int> builder) =>
        builder.Transform(async (item, token) =>
        {
            if (item % 3 == 0)
            {
                await Task.Yield();
            }

            token.ThrowIfCancellationRequested();
            return item;
        });
}

public sealed class FilteredPipelineTests : StagedPipelineContract
{
    protected override PipelineBuilder<int, int> AddStages(PipelineBuilder<int> builder) =>
        builder.TransformMany(item => new[] { item, -1 }).Where(item => item >= 0);
}

public sealed class OneToManyPipelineTests : StagedPipelineContract
{
    protected override PipelineBuilder<int, int> AddStages(PipelineBuilder<int> builder) =>
        builder.TransformMany((item, _) => OneAsync(item));

    private static async IAsyncEnumerable<int> OneAsync(int item)
    {
        if (item % 3 == 0)
        {
            await Task.Yield();
        }

        yield return item;
    }
}

public sealed class BatchedPipelineTests : StagedPipelineContract
{
    protected override PipelineBuilder<int, int> AddStages(PipelineBuilder<int> builder) =>
        builder.Batch(1).TransformMany(batch => batch).Batch(1).TransformMany(batch => batch);
}

/// <summary>Some of the calls suspend, and later ones overtake them.</summary>
public sealed class OrderedPipelineTests : StagedPipelineContract
{
    protected override int InHand => Workers;

    private static int Workers => 3;

    protected override PipelineBuilder<int, int> AddStages(PipelineBuilder<int> builder) =>
        builder.Transform(SometimesYieldAsync, maxWorkers: Workers, preserveOrder: true);

    internal static async ValueTask<int> SometimesYieldAsync(int item, CancellationToken cancellationToken)
    {
        for (int i = 0; i < item % 4; i++)
        {
            await Task.Yield();
        }

        cancellationToken.ThrowIfCancellationRequested();
        return item;
    }
}

/// <summary>Any number of results per item, and a window that is often full.</summary>
public sealed class OrderedOneToManyPipelineTests : StagedPipelineContract
{
    protected override int InHand => 2;

    protected override PipelineBuilder<int, int> AddStages(PipelineBuilder<int> builder) => builder
        .TransformMany(item => Enumerable.Repeat(-1, item % 3).Prepend(item), stage => stage.PreserveOrder(window: 2), maxWorkers: 3)
        .Where(item => item >= 0, stage => stage.PreserveOrder(), maxWorkers: 2);
}

public abstract class KeyedPipelineContract(int? quickCall) : StagedPipelineContract
{
    protected override int InHand => 3;

    protected override bool KeepsOrder => false;

    protected override PipelineBuilder<int, int> AddStages(PipelineBuilder<int> builder) =>
        builder.Transform(OrderedPipelineTests.SometimesYieldAsync, stage =>
        {
            stage.MaxWorkers = 3;
            stage.PartitionBy(item => item % 7);
            stage.QuickCall = quickCall ?? stage.QuickCall;
        });
}

public sealed class KeyedPipelineTests() : KeyedPipelineContract(quickCall: null);

/// <summary>Calls that are quick whatever they take, so that one worker makes them until one suspends.</summary>
public sealed class QuickKeyedPipelineTests() : KeyedPipelineContract(quickCall: int.MaxValue);

/// <summary>All items have one key, so that they keep their order whatever the workers.</summary>
public sealed class OneKeyPipelineTests : StagedPipelineContract
{
    protected override int InHand => 3;

    protected override PipelineBuilder<int, int> AddStages(PipelineBuilder<int> builder) =>
        builder.Transform(OrderedPipelineTests.SometimesYieldAsync, stage =>
        {
            stage.MaxWorkers = 3;
            stage.PartitionBy(_ => "one");
        });
}
