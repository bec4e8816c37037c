using Microsoft.Coyote.Random;
using Microsoft.Coyote.Runtime;
using ProducerConsumer.Tests;

namespace ProducerConsumer.ExplorationTests;

/// <summary>
/// A handler takes its time and then suspends until every item is handled, also those that its worker has taken: the
/// worker offers them to others, which may have gone to rest by then.
/// </summary>
public sealed class SuspendedWorkerTests : ScenarioContract
{
    private const int Items = 6;
    private const int MaxDelay = 40;

    protected internal override IReadOnlyList<string> Faults => ["started-item-is-taken-away", "nobody-is-called-for-what-is-offered"];

    protected override async Task RunAsync()
    {
        Handled handled = new();
        int suspended = 1 + Generator.Create().NextInteger(Items);
        int delay = Generator.Create().NextInteger(MaxDelay);
        await using PooledPipeline<int> pipeline = Runs.Create(capacity: Items)
            .Consume(
                async (item, token) =>
                {
                    await handled.HandleAsync(item, token);
                    if (item == suspended)
                    {
                        for (int step = 0; step < delay; step++)
                        {
                            SchedulingPoint.Yield();
                        }

                        await handled.Reaches(Items);
                    }
                },
                maxWorkers: 2)
            .Build();
        pipeline.Fill(Items);
        Task<PipelineReport> run = pipeline.RunAsync();

        // Before the end, which would wake the workers.
        await handled.Reaches(Items);
        pipeline.Writer.Complete();
        PipelineReport report = await run;
        report.Outcome.Should().Be(PipelineOutcome.Completed);
        report.ShouldBalance();
        handled.Items.Should().BeEquivalentTo(Enumerable.Range(1, Items));
    }
}
