using ProducerConsumer.Tests;

namespace ProducerConsumer.ExplorationTests;

/// <summary>Somebody reads the results while the last of them come: the run ends after the last was read.</summary>
public sealed class ReaderOfResultsTests : ScenarioContract
{
    private const int Items = 4;

    protected internal override IReadOnlyList<string> Faults => ["results-end-before-they-are-read", "results-never-end"];

    protected override async Task RunAsync()
    {
        List<PipelineReport> reports = [];
        List<int> read = [];
        await foreach (int result in Runs.Create(capacity: 2)
            .Produce(Enumerable.Range(1, Items))
            .Select(item => item)
            .ToAsyncEnumerable(reports.Add))
        {
            read.Add(result);
        }

        read.Should().Equal(Enumerable.Range(1, Items));
        reports.Should().ContainSingle().Which.Outcome.Should().Be(PipelineOutcome.Completed);
        reports[0].ShouldBalance();
    }
}
