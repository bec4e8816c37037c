using Microsoft.Coyote.Random;
using ProducerConsumer.Tests;

namespace ProducerConsumer.ExplorationTests;

/// <summary>
/// The time of a worker that is alone with its items comes: it looks after that first, and others may take the items
/// meanwhile. When it comes back it is alone no more.
/// </summary>
public sealed class SoloistIsCalledBackTests : ScenarioContract
{
    private const int Items = 6;

    protected internal override IReadOnlyList<string> Faults => ["dismissed-soloist-stays-alone"];

    protected override async Task RunAsync()
    {
        int called = 1 + Generator.Create().NextInteger(Items);
        TwoKeys keys = new(Items);
        await using PooledPipeline<int> pipeline = Runs.Create(capacity: Items, new LooseClock())
            .AddStage(() => new Alarmed(keys, called), TwoKeys.Partition)
            .Consume(static (_, _) => default(ValueTask))
            .Build();
        pipeline.Fill(Items);
        await keys.RunAsync(pipeline);
    }

    private sealed class Alarmed(TwoKeys keys, int called) : StageWorker<int, int>
    {
        protected override async ValueTask HandleAsync(int item, CancellationToken cancellationToken)
        {
            keys.Begin(item);
            if (item <= called)
            {
                WakeAfter(TimeSpan.FromMilliseconds(10));
            }
            else
            {
                await Task.Yield();
            }

            keys.End(item);
        }

        protected override async ValueTask WakeAsync(CancellationToken cancellationToken) => await Task.Yield();
    }
}
