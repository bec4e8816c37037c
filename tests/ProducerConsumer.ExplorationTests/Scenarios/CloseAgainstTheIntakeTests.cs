using ProducerConsumer.Tests;

namespace ProducerConsumer.ExplorationTests;

/// <summary>
/// A run is aborted while items are written one at a time, beside a worker that is busy until then: each that was accepted
/// is handed back, and none is begun any more.
/// </summary>
public sealed class CloseAgainstTheIntakeTests : ScenarioContract
{
    /// <summary>So few that the buffer need not grow for more: then the intake opens.</summary>
    private const int Waiting = 9;

    protected internal override IReadOnlyList<string> Faults => ["intake-is-forgotten-at-the-close"];

    protected override async Task RunAsync()
    {
        Handled begun = new();
        await using PooledPipeline<int> pipeline = Runs.Create(capacity: 20)
            .Consume(async (item, token) =>
            {
                begun.Add(item);
                await Runs.WaitForAsync(token);
            })
            .Build();
        pipeline.Fill(Waiting);
        await pipeline.StartAsync();
        await begun.Reaches(1);
        Task<int> write = Traffic.WriteToEndAsync(pipeline.Writer, first: Waiting + 1, count: 6);
        PipelineReport report = await Task.Run(() => pipeline.StopAsync(StopMode.Abort));
        int accepted = Waiting + await write;
        report.ShouldBalance();
        report.Consumers().Accepted.Should().Be(accepted);
        begun.Items.Should().Equal(1);
        report.UndeliveredItems<int>().Should().BeEquivalentTo(Enumerable.Range(1, accepted));
    }
}
