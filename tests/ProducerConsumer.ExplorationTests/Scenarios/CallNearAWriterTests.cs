using ProducerConsumer.Tests;

namespace ProducerConsumer.ExplorationTests;

/// <summary>
/// Where one more item fits in, a parked worker is called through the writer's own thread, which may never be free: the
/// worker comes all the same, and once per call.
/// </summary>
public sealed class CallNearAWriterTests : ScenarioContract
{
    protected internal override IReadOnlyList<string> Faults => ["call-is-left-to-its-thread", "worker-comes-twice"];

    protected override async Task RunAsync()
    {
        const int Count = 8;
        Handled handled = new();
        await using PooledPipeline<int> pipeline = Runs.Create(capacity: 1)
            .Consume(
                async (item, token) =>
                {
                    if (item % 4 == 0)
                    {
                        await Task.Yield(); // The worker is queued again, maybe beside a work item that is left of an earlier call.
                    }

                    await handled.HandleAsync(item, token);
                },
                maxWorkers: 2)
            .Build();
        Task<PipelineReport> run = pipeline.RunAsync();
        for (int item = 1; item <= Count; item++)
        {
            await pipeline.Writer.WriteAsync(item);
            await handled.Reaches(item); // From here on the worker may have parked.
        }

        pipeline.Writer.Complete();
        PipelineReport report = await run;
        report.Outcome.Should().Be(PipelineOutcome.Completed);
        report.ShouldBalance();
        handled.Items.Should().Equal(Enumerable.Range(1, Count));
    }
}
