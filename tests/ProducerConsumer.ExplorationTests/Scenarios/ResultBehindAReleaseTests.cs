using ProducerConsumer.Tests;

namespace ProducerConsumer.ExplorationTests;

/// <summary>A call ends while another worker releases the results before it: that worker releases this one as well, before it begins anything else.</summary>
public sealed class ResultBehindAReleaseTests : ScenarioContract
{
    private const int Items = 4;

    protected internal override IReadOnlyList<string> Faults => ["result-behind-a-release-is-left", "worker-claims-before-it-releases"];

    protected override async Task RunAsync()
    {
        Handled handled = new();
        Task arrived = handled.Reaches(2);
        await using PooledPipeline<int> pipeline = Runs.Create(capacity: Items)
            .Transform(
                (item, _) =>
                {
                    if (item > 2)
                    {
                        arrived.Wait(CancellationToken.None); // Not suspended: then it would look after the results.
                    }

                    return new ValueTask<int>(item);
                },
                maxWorkers: 2,
                preserveOrder: true)
            .Consume(handled.HandleAsync)
            .Build();
        pipeline.Fill(Items);
        pipeline.Writer.Complete();
        (await pipeline.RunAsync()).ShouldBalance();
        handled.Items.Should().Equal(Enumerable.Range(1, Items));
    }
}
