using ProducerConsumer.Tests;

namespace ProducerConsumer.ExplorationTests;

/// <summary>
/// Several write one at a time, and several workers come and go: as long as a worker could be called, no item is left for
/// one that is busy.
/// </summary>
public sealed class IntakeOfSeveralTests : ScenarioContract
{
    private const int Items = 3;

    protected internal override IReadOnlyList<string> Faults => ["intake-stays-open-behind-a-called-worker"];

    protected override async Task RunAsync()
    {
        Handled handled = new();
        TaskCompletionSource last = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using PooledPipeline<int> pipeline = Runs.Create(capacity: 10)
            .Consume(
                async (item, token) =>
                {
                    if (item == 1)
                    {
                        await last.Task; // With a worker for itself until all others are handled.
                    }

                    await handled.HandleAsync(item, token);
                },
                maxWorkers: 3)
            .Build();
        Task<PipelineReport> run = pipeline.RunAsync();
        Task other = Traffic.WriteAsync(pipeline.Writer, first: Items + 1, Items);
        await Traffic.WriteAsync(pipeline.Writer, first: 1, Items);
        await other;
        await handled.Reaches((2 * Items) - 1);
        last.SetResult();
        pipeline.Writer.Complete();
        (await run).ShouldBalance();
        handled.Items.Should().BeEquivalentTo(Enumerable.Range(1, 2 * Items));
    }
}
