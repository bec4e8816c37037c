using ProducerConsumer.Tests;

namespace ProducerConsumer.ExplorationTests;

/// <summary>A reader of results leaves at any moment, even while it waits for one: the run has ended then, and was told.</summary>
public sealed class ReaderLeavesTests : ScenarioContract
{
    protected internal override IReadOnlyList<string> Faults => ["reader-leaves-before-the-end", "end-of-results-is-told-twice"];

    protected override async Task RunAsync()
    {
        List<PipelineReport> reports = [];
        IAsyncEnumerator<int> results = Runs.Create(capacity: 1)
            .Produce(Enumerable.Range(1, 3))
            .Select(item => item)
            .ToAsyncEnumerable(reports.Add)
            .GetAsyncEnumerator();
        int read = 0;
        Task reading = Task.Run(async () =>
        {
            while (await results.MoveNextAsync())
            {
                read++;
                results.Current.Should().Be(read);
            }
        });
        await results.DisposeAsync();
        PipelineReport report = reports.Should().ContainSingle().Which;
        await reading;
        reports.Should().ContainSingle();
        report.ShouldBalance();
        report.Stages[^1].Completed.Should().Be(read);
    }
}
