using ProducerConsumer.Tests;

namespace ProducerConsumer.ExplorationTests;

/// <summary>A drain becomes an abort at any moment of a run: it ends, and each item that it took in has one fate.</summary>
public sealed class StopOfARunTests : ScenarioContract
{
    protected internal override IReadOnlyList<string> Faults => ["stopped-source-keeps-its-pool", "delivery-after-the-close-vanishes"];

    protected override async Task RunAsync()
    {
        Handled handled = new();
        await using PooledPipeline<int> pipeline = Runs.Create(capacity: 1)
            .Produce(count: 2, token => new ValueTask<int>(1))
            .Consume(handled.HandleAsync)
            .Build();
        await pipeline.StartAsync();
        Task<PipelineReport> drain = pipeline.StopAsync(StopMode.Drain);
        Task<PipelineReport> abort = Task.Run(() => pipeline.StopAsync(StopMode.Abort));
        PipelineReport report = await drain;
        (await abort).Should().BeSameAs(report);
        report.Outcome.Should().NotBe(PipelineOutcome.Abandoned);
        report.ShouldBalance();
        report.Consumers().Completed.Should().Be(handled.Items.Length);
    }
}
