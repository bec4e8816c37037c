using Microsoft.Coyote.Random;
using ProducerConsumer.Tests;

namespace ProducerConsumer.ExplorationTests;

/// <summary>
/// A handler blocks its worker until every item is handled, also those that the worker has taken: the watchdog takes them
/// away, maybe while their owner is about to start them, and each is handled once.
/// </summary>
public sealed class StuckWorkerTests : ScenarioContract
{
    private const int Items = 6;

    protected internal override IReadOnlyList<string> Faults =>
        ["started-item-is-taken-away", "refused-item-is-started", "nobody-is-called-for-what-was-taken-away"];

    protected override async Task RunAsync()
    {
        Handled handled = new();
        int stuck = 1 + Generator.Create().NextInteger(Items);
        await using PooledPipeline<int> pipeline = Runs.Create(capacity: Items)
            .Consume(
                (item, token) =>
                {
                    ValueTask call = handled.HandleAsync(item, token);
                    if (item == stuck)
                    {
                        handled.Reaches(Items).Wait(CancellationToken.None);
                    }

                    return call;
                },
                maxWorkers: 2)
            .Build();
        pipeline.Fill(Items);
        Task<PipelineReport> run = pipeline.RunAsync();

        // Before the end: nothing but the watchdog is left to call a worker.
        await handled.Reaches(Items);
        pipeline.Writer.Complete();
        PipelineReport report = await run;
        report.Outcome.Should().Be(PipelineOutcome.Completed);
        report.ShouldBalance();
        handled.Items.Should().BeEquivalentTo(Enumerable.Range(1, Items));
    }
}
