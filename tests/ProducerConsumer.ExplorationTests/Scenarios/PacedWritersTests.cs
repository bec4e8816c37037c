using ProducerConsumer.Tests;

namespace ProducerConsumer.ExplorationTests;

/// <summary>Handlers suspend, so that the writers they make room for are resumed one after the other: none is forgotten.</summary>
public sealed class PacedWritersTests : ScenarioContract
{
    protected internal override IReadOnlyList<string> Faults => ["next-writer-is-not-sent"];

    protected override async Task RunAsync()
    {
        Handled handled = new();
        await using PooledPipeline<int> pipeline = Runs.Create(capacity: 1)
            .Consume((item, token) => Task.Run(() => handled.HandleAsync(item, token).AsTask(), CancellationToken.None), maxWorkers: 2)
            .Build();
        Task<PipelineReport> run = pipeline.RunAsync();
        Task[] writers = [.. Enumerable.Range(0, 5).Select(item => Traffic.WriteAsync(pipeline.Writer, first: item, count: 1))];
        await Task.WhenAll(writers);
        pipeline.Writer.Complete();
        PipelineReport report = await run;
        report.Outcome.Should().Be(PipelineOutcome.Completed);
        report.ShouldBalance();
        handled.Items.Should().BeEquivalentTo(Enumerable.Range(0, 5));
    }
}
