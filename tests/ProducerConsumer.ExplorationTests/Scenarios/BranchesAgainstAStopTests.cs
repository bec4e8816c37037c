using ProducerConsumer.Tests;

namespace ProducerConsumer.ExplorationTests;

/// <summary>A broadcast waits for room in its branches, and a stop comes: what is completed there is with every branch.</summary>
public sealed class BranchesAgainstAStopTests : ScenarioContract
{
    protected internal override IReadOnlyList<string> Faults => ["full-branch-is-not-waited-for", "refusal-of-a-branch-is-forgotten"];

    protected override async Task RunAsync()
    {
        Handled left = new();
        Handled right = new();
        await using PooledPipeline<int> pipeline = Runs.Create(capacity: 1)
            .Produce(Enumerable.Range(1, 5))
            .Broadcast(branch => branch.Consume(left.HandleAsync), branch => branch.Consume(right.HandleAsync))
            .Build();
        await pipeline.StartAsync();
        PipelineReport report = await Task.Run(() => pipeline.StopAsync(StopMode.Abort));
        report.ShouldBalanceWithBranches();
        report.Faults.Should().BeEmpty();
        StageReport broadcast = report.Stages[1];
        broadcast.Emitted.Should().Be((2 * broadcast.Completed) + broadcast.Undelivered.Sum(entry => entry.Emitted));
        report.Stages[2].Completed.Should().Be(left.Items.Length);
        report.Stages[3].Completed.Should().Be(right.Items.Length);
    }
}
