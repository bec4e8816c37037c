using ProducerConsumer.Tests;

namespace ProducerConsumer.ExplorationTests;

/// <summary>
/// Items are written one at a time while workers take others: each is handled, also when no further one comes, and one
/// worker gets those of a writer in their order.
/// </summary>
public sealed class IntakeTests : ScenarioContract
{
    /// <summary>More than the intake takes, which is half of the capacity.</summary>
    private const int Items = 8;

    protected internal override IReadOnlyList<string> Faults =>
        ["intake-stays-open-beside-a-parking-worker", "intake-is-read-before-it-is-closed", "intake-takes-more-than-its-room", "items-pass-the-intake"];

    protected override async Task RunAsync()
    {
        Handled handled = new();
        await using PooledPipeline<int> pipeline = Runs.Create(capacity: 10)
            .Consume(handled.HandleAsync)
            .Build();
        Task<PipelineReport> run = pipeline.RunAsync();
        await Traffic.WriteAsync(pipeline.Writer, first: 1, count: 3);
        await pipeline.Writer.WriteManyAsync(new[] { 4, 5 });
        await Traffic.WriteAsync(pipeline.Writer, first: 6, Items - 5);

        // Before the end: it would close the intake.
        await handled.Reaches(Items);
        pipeline.Writer.Complete();
        PipelineReport report = await run;
        report.ShouldBalance();
        handled.Items.Should().Equal(Enumerable.Range(1, Items));
    }
}
