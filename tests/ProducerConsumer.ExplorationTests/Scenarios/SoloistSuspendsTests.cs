using Microsoft.Coyote.Random;
using ProducerConsumer.Tests;

namespace ProducerConsumer.ExplorationTests;

/// <summary>
/// A worker is alone with the items of two keys, and a call of its suspends until all items of the other key are handled:
/// they find another worker, those of its own key do not.
/// </summary>
public sealed class SoloistSuspendsTests : ScenarioContract
{
    private const int Items = 6;

    protected internal override IReadOnlyList<string> Faults => ["begun-item-gets-no-lane", "suspended-worker-is-relied-on"];

    protected override async Task RunAsync()
    {
        int suspended = 1 + Generator.Create().NextInteger(Items);
        TwoKeys keys = new(Items);
        await using PooledPipeline<int> pipeline = Runs.Create(capacity: Items)
            .Consume(
                async (item, _) =>
                {
                    keys.Begin(item);
                    if (item == suspended)
                    {
                        await keys.OthersOf(item);
                    }

                    keys.End(item);
                },
                TwoKeys.Partition)
            .Build();
        pipeline.Fill(Items);
        await keys.RunAsync(pipeline);
    }
}
