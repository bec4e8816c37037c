using ProducerConsumer.Tests;

namespace ProducerConsumer.ExplorationTests;

/// <summary>A batch that will not get full goes on by its timer, whatever its worker is doing when that fires.</summary>
public sealed class BatchTimerTests : ScenarioContract
{
    private const int Items = 5;

    protected internal override IReadOnlyList<string> Faults => ["call-back-does-not-wake-the-worker", "kept-items-are-booked-twice"];

    protected override async Task RunAsync()
    {
        Handled handled = new();
        await using PooledPipeline<int> pipeline = Runs.Create(capacity: Items, new LooseClock())
            .Batch(3, TimeSpan.FromMilliseconds(10))
            .TransformMany(batch => batch)
            .Consume(handled.HandleAsync)
            .Build();
        Task<PipelineReport> run = pipeline.RunAsync();
        Task writing = Traffic.WriteAsync(pipeline.Writer, first: 1, count: Items);

        // Before the end: nothing but the timer is left to have the last batch go on.
        await handled.Reaches(Items);
        await writing;
        pipeline.Writer.Complete();
        PipelineReport report = await run;
        report.ShouldBalance();
        report.Stages[0].Completed.Should().Be(Items);
        handled.Items.Should().Equal(Enumerable.Range(1, Items));
    }
}
