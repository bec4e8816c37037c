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
