using ProducerConsumer.Tests;

namespace ProducerConsumer.ExplorationTests;

/// <summary>
/// Sequences of results that go on in order fail in their middle, and are begun again while the run is stopped: each item is
/// told of once, after all that was emitted for it.
/// </summary>
public sealed class RedeliveryOfASequenceTests : ScenarioContract
{
    private const int Items = 3;

    protected internal override IReadOnlyList<string> Faults => ["redelivery-vanishes-at-the-close"];

    protected override async Task RunAsync()
    {
        Handled begun = new();
        int[] told = new int[Items + 1];
        await using PooledPipeline<int> pipeline = Runs.Create(capacity: Items, new LooseClock())
            .TransformMany(
                item => EmitAndFail(item, begun),
                stage =>
                {
                    stage.MaxWorkers = 2;
                    stage.PreserveOrder();
                    stage.OnFailure.Redeliver(3, TimeSpan.FromMilliseconds(10));
                })
            .Consume(static (_, _) => default, static stage => stage.Capacity = 1)
            .Build();
        await pipeline.StartAsync();
        for (int item = 1; item <= Items; item++)
        {
            int number = item;
            await pipeline.Writer.WriteTrackedAsync(number, _ => told[number]++);
        }

        PipelineReport report = await pipeline.StopAsync(StopMode.Abort);
        report.ShouldBalance();
        report.Faults.Select(static fault => fault.Exception.GetType()).Should().BeSubsetOf([typeof(InvalidOperationException)]);
        told.Should().Equal(0, 1, 1, 1);
    }

    private static IEnumerable<int> EmitAndFail(int item, Handled begun)
    {
        begun.Add(item);
        yield return item;
        if (begun.Items.Count(other => other == item) < 3)
        {
            throw new InvalidOperationException("again");
        }

        yield return item;
    }
}
