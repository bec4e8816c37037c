using Microsoft.Coyote.Random;
using ProducerConsumer.Tests;

namespace ProducerConsumer.ExplorationTests;

/// <summary>
/// A source that is asked for the next item does not return before the last one is handled, though its worker holds it
/// back in a batch: the watchdog publishes it.
/// </summary>
public sealed class StuckSourceTests : ScenarioContract
{
    private const int Items = 7;

    protected internal override IReadOnlyList<string> Faults => ["batch-is-not-watched", "published-item-stays-in-the-batch"];

    protected override async Task RunAsync()
    {
        Handled handled = new();
        int stuck = 1 + Generator.Create().NextInteger(Items);
        await using PooledPipeline<int> pipeline = Runs.Create(capacity: 16)
            .Produce(Pull())
            .Consume(handled.HandleAsync)
            .Build();
        PipelineReport report = await pipeline.RunAsync();
        report.Outcome.Should().Be(PipelineOutcome.Completed);
        report.ShouldBalance();
        handled.Items.Should().Equal(Enumerable.Range(1, Items));

        IEnumerable<int> Pull()
        {
            for (int item = 1; item <= Items; item++)
            {
                yield return item;
                if (item == stuck)
                {
                    handled.Reaches(item).Wait();
                }
            }
        }
    }
}
