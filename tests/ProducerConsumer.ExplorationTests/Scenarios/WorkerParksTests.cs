using ProducerConsumer.Tests;

namespace ProducerConsumer.ExplorationTests;

/// <summary>Workers find nothing to do and park while items arrive: no item is left without a worker.</summary>
public sealed class WorkerParksTests : ScenarioContract
{
    protected internal override IReadOnlyList<string> Faults => ["call-is-never-over"];

    protected override async Task RunAsync()
    {
        Handled handled = new();
        await using PooledPipeline<int> pipeline = Runs.Create(capacity: 2)
            .Consume(handled.HandleAsync, maxWorkers: 2)
            .Build();
        Task<PipelineReport> run = pipeline.RunAsync();
        for (int item = 1; item <= 3; item++)
        {
            await pipeline.Writer.WriteAsync(item);
        }

        // Before the end: it would wake the workers.
        await handled.Reaches(3);
        pipeline.Writer.Complete();
        PipelineReport report = await run;
        report.Outcome.Should().Be(PipelineOutcome.Completed);
        report.ShouldBalance();
        handled.Items.Should().BeEquivalentTo([1, 2, 3]);
    }
}
