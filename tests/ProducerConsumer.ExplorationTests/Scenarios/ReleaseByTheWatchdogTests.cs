using ProducerConsumer.Tests;

namespace ProducerConsumer.ExplorationTests;

/// <summary>The watchdog releases the last results while the worker that has them finds nothing more to do: it comes back for the end.</summary>
public sealed class ReleaseByTheWatchdogTests : ScenarioContract
{
    private const int Items = 2;

    protected internal override IReadOnlyList<string> Faults => ["parked-worker-is-not-told-of-the-last-release"];

    /// <summary>Twice in each schedule: what the fault needs comes together in one run of 500.</summary>
    protected override async Task RunAsync()
    {
        await RunOnceAsync();
        await RunOnceAsync();
    }

    private static async Task RunOnceAsync()
    {
        Handled handled = new();
        await using PooledPipeline<int> pipeline = Runs.Create(capacity: Items)
            .Transform((item, _) => new ValueTask<int>(item), maxWorkers: 2, preserveOrder: true)
            .Consume(handled.HandleAsync, stage => stage.Capacity = 1)
            .Build();
        pipeline.Fill(Items);
        pipeline.Writer.Complete();
        (await pipeline.RunAsync()).ShouldBalance();
        handled.Items.Should().Equal(Enumerable.Range(1, Items));
    }
}
