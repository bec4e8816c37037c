using ProducerConsumer.Tests;

namespace ProducerConsumer.ExplorationTests;

/// <summary>
/// All workers of the last of two stages fail at once: while one of them is closing the stages, the others begin nothing
/// new either.
/// </summary>
public sealed class FaultsAtOnceTests : ScenarioContract
{
    private const int Workers = 2;

    protected internal override IReadOnlyList<string> Faults => ["later-fault-leaves-its-stage-open"];

    protected override async Task RunAsync()
    {
        Handled begun = new();
        await using PooledPipeline<int> pipeline = Runs.Create(capacity: 8)
            .Select(item => item)
            .Consume(
                async (item, token) =>
                {
                    await begun.HandleAsync(item, token);
                    await begun.Reaches(Workers);
                    throw new InvalidOperationException($"item {item}");
                },
                maxWorkers: Workers)
            .Build();
        pipeline.Fill(6);
        PipelineReport report = await Runs.FailAsync(pipeline.RunAsync());
        report.ShouldBalance();
        begun.Items.Should().HaveCount(Workers);
        report.Faults.Should().HaveCount(Workers);
    }
}
