using ProducerConsumer.Tests;

namespace ProducerConsumer.ExplorationTests;

/// <summary>The odd and the even ones of a row of numbers, which are handled one after the other and in their order; one worker may handle both.</summary>
internal sealed class TwoKeys(int items)
{
    private readonly int[] _running = new int[2];
    private readonly Handled[] _handled = [new(), new()];

    public static void Partition(StageOptions<int> stage)
    {
        stage.MaxWorkers = 2;
        stage.PartitionBy(KeyOf);
        stage.QuickCall = int.MaxValue;
    }

    public void Begin(int item)
    {
        Interlocked.Increment(ref _running[KeyOf(item)]).Should().Be(1);
        _handled[KeyOf(item)].Add(item);
    }

    public void End(int item) => Interlocked.Decrement(ref _running[KeyOf(item)]);

    /// <summary>Completes when all items of the other key were begun.</summary>
    public Task OthersOf(int item) => AllOf(1 - KeyOf(item));

    /// <summary>Runs a pipeline in which the row waits. The end comes when all is done, since it would wake the workers.</summary>
    public async Task RunAsync(PooledPipeline<int> pipeline)
    {
        Task<PipelineReport> run = pipeline.RunAsync();
        await AllOf(0);
        await AllOf(1);
        pipeline.Writer.Complete();
        PipelineReport report = await run;
        report.Outcome.Should().Be(PipelineOutcome.Completed);
        report.ShouldBalance();
        _handled[0].Items.Should().Equal(Numbers(0));
        _handled[1].Items.Should().Equal(Numbers(1));
    }

    private static int KeyOf(int item) => item % 2;

    private Task AllOf(int key) => _handled[key].Reaches(Numbers(key).Count());

    private IEnumerable<int> Numbers(int key) => Enumerable.Range(1, items).Where(item => KeyOf(item) == key);
}
