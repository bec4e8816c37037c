namespace ProducerConsumer.Tests;

public sealed class SmokeTests
{
    [GuardedFact]
    public async Task RunAsync_Enumerable_HandlesEveryItem()
    {
        List<int> handled = [];
        PipelineReport report = await PooledPipeline.CreateBuilder<int>(capacity: 4)
            .Produce(Enumerable.Range(0, 100))
            .Consume((item, _) => { handled.Add(item); return default(ValueTask); })
            .Build().RunAsync();
        handled.Should().Equal(Enumerable.Range(0, 100));
        report.Outcome.Should().Be(PipelineOutcome.Completed);
    }
}
