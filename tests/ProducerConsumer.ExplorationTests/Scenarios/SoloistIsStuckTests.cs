using Microsoft.Coyote.Random;
using ProducerConsumer.Tests;

namespace ProducerConsumer.ExplorationTests;

/// <summary>
/// A worker is alone with the items of two keys, and a call of its keeps the thread until all items of the other key are
/// handled. The watchdog sees to it that they find another worker, maybe when the call has just ended.
/// </summary>
public sealed class SoloistIsStuckTests : ScenarioContract
{
    private const int Items = 6;

    protected internal override IReadOnlyList<string> Faults =>
        ["begun-item-gets-no-lane", "stuck-soloist-is-relied-on", "settled-item-gets-a-lane"];

    protected override async Task RunAsync()
    {
        int stuck = 1 + Generator.Create().NextInteger(Items);
        bool waits = Generator.Create().NextBoolean();
        TwoKeys keys = new(Items);
        await using PooledPipeline<int> pipeline = Runs.Create(capacity: Items)
            .Consume(
                (item, _) =>
                {
                    keys.Begin(item);
                    if (item == stuck && waits)
                    {
                        keys.OthersOf(item).Wait(CancellationToken.None);
                    }

                    keys.End(item);
                    return default;
                },
                TwoKeys.Partition)
            .Build();
        pipeline.Fill(Items);
        await keys.RunAsync(pipeline);
    }
}
