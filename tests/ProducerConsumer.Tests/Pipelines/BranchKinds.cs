using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace ProducerConsumer.Tests;

/// <summary>Flows that are no line.</summary>
public abstract class BranchedPipelineContract : StagedPipelineContract
{
    protected override void CheckBalance(PipelineReport report) => report.ShouldBalanceWithBranches();
}

/// <summary>The consumers are one of two branches that get every item.</summary>
public sealed class BroadcastPipelineTests : BranchedPipelineContract
{
    protected override PipelineRecipe<int> AddConsumers(
        PipelineBuilder<int, int> builder, Func<int, CancellationToken, ValueTask> handler, int consumers) =>
        builder.Broadcast(
            branch => branch.Consume((_, _) => default(ValueTask), stage => stage.Name = "shadow"),
            branch => branch.Consume(handler, maxWorkers: consumers));
}

/// <summary>The consumers are the one of three branches that gets all items.</summary>
public sealed class RoutedPipelineTests : BranchedPipelineContract
{
    protected override PipelineRecipe<int> AddConsumers(
        PipelineBuilder<int, int> builder, Func<int, CancellationToken, ValueTask> handler, int consumers) =>
        builder.Route(
            _ => 2,
            branch => branch.Consume((_, _) => default(ValueTask), stage => stage.Name = "idle"),
            branch => branch.Route(_ => 0, last => last.Consume((_, _) => default(ValueTask), stage => stage.Name = "idle too")),
            branch => branch.Consume(handler, maxWorkers: consumers));
}

/// <summary>Half of the producers have a stage of their own before the flows meet.</summary>
public sealed class MergedPipelineTests : BranchedPipelineContract
{
    protected override PipelineBuilder<int, int> AddFlow(PipelineBuilder<int> builder, Feed feed)
    {
        PipelineBuilder<int> other = PooledPipeline.CreateBuilder<int>(builder.Flow.Head.Capacity);
        other = feed.Producers > 1 ? other.Produce(feed.Producers / 2, feed.WriteToAsync) : other.Produce([]);
        return builder.Produce(feed.Producers - (feed.Producers / 2), feed.WriteToAsync)
            .Select(item => item)
            .Merge(other.Select(item => item).Select(item => item));
    }
}

/// <summary>Half of the producers are in another recipe, and nothing is between them and the consumers.</summary>
public sealed class MergedSourcesPipelineTests : BranchedPipelineContract
{
    protected override int InHand => 0;

    protected override PipelineBuilder<int, int> AddFlow(PipelineBuilder<int> builder, Feed feed)
    {
        PipelineBuilder<int> other = PooledPipeline.CreateBuilder<int>();
        other = feed.Producers > 1 ? other.Produce(feed.Producers / 2, feed.WriteToAsync) : other.Produce([]);
        return builder.Produce(feed.Producers - (feed.Producers / 2), feed.WriteToAsync).Merge(other);
    }
}

/// <summary>The source is the results of another pipeline, which has to end with it.</summary>
public sealed class StreamedPipelineTests : PipelineContract
{
    protected override int InHand => 1;

    protected override PipelineBuilder<int> AddSource(PipelineBuilder<int> builder, Feed feed) =>
        builder.Produce(UnwrapAsync(PooledPipeline.CreateBuilder<int>(builder.Flow.Head.Capacity)
            .Produce(feed.Producers, feed.WriteToAsync)
            .Select(item => item)
            .ToAsyncEnumerable()));

    /// <summary>A fault of the inner pipeline comes out as what the contract's source threw.</summary>
    private static async IAsyncEnumerable<int> UnwrapAsync(
        IAsyncEnumerable<int> results, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await using IAsyncEnumerator<int> items = results.GetAsyncEnumerator(cancellationToken);
        while (await MoveAsync())
        {
            yield return items.Current;
        }

        async ValueTask<bool> MoveAsync()
        {
            try
            {
                return await items.MoveNextAsync();
            }
            catch (PipelineException thrown)
            {
                ExceptionDispatchInfo.Throw(thrown.InnerException!);
                throw;
            }
        }
    }
}
