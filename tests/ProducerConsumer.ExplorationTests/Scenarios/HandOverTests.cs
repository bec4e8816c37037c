using ProducerConsumer.Tests;

namespace ProducerConsumer.ExplorationTests;

/// <summary>
/// An item is put into the hands of a parked worker, whose handler waits for the next item: another worker comes for
/// that.
/// </summary>
public sealed class HandOverTests : ScenarioContract
{
    protected internal override IReadOnlyList<string> Faults => ["worker-with-an-item-does-not-arrive"];

    protected override async Task RunAsync()
    {
        Handled handled = new();
        await using PooledPipeline<int> pipeline = Runs.Create(capacity: 2)
            .Consume(
                async (item, token) =>
                {
                    await handled.HandleAsync(item, token);
                    await (item == 2 ? handled.Reaches(3) : Task.CompletedTask);
                },
                maxWorkers: 2)
            .Build();
        Task<PipelineReport> run = pipeline.RunAsync();
        await pipeline.Writer.WriteAsync(1);
        await handled.Reaches(1);

        // From here on the worker may have parked.
        await pipeline.Writer.WriteAsync(2);
        await pipeline.Writer.WriteAsync(3);
        await handled.Reaches(3);
        pipeline.Writer.Complete();
        PipelineReport report = await run;
        report.Outcome.Should().Be(PipelineOutcome.Completed);
        report.ShouldBalance();
        handled.Items.Should().BeEquivalentTo([1, 2, 3]);
    }
}
