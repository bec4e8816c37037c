using System.Collections.Concurrent;

namespace ProducerConsumer.Tests;

/// <summary>
/// What a close took away from a worker took the contexts of calls along that had ended before, and that the order of the
/// results did not know of yet: whoever waited for such an item was never told.
/// </summary>
public sealed class ToldOfOrdered_1
{
    [GuardedTheory]
    [InlineData(10_000)]
    [InlineData(10_001)] // One of them is not the first that its worker had taken.
    public async Task Abort_WorkerHasEndedCallsBefore_AllAreToldOf(int last)
    {
        int items = last + 1_000;
        ConcurrentBag<ItemOutcome> outcomes = [];
        PooledPipeline<int>? pipeline = null;
        pipeline = PooledPipeline.CreateBuilder<int>(capacity: items)
            .Select(
                item =>
                {
                    if (item == last)
                    {
                        pipeline!.RequestStop(StopMode.Abort);
                    }

                    return item;
                },
                maxWorkers: 2,
                preserveOrder: true)
            .Consume((_, _) => default)
            .Build();
        for (int item = 0; item < items; item++)
        {
            await pipeline.Writer.WriteTrackedAsync(item, outcomes.Add);
        }

        PipelineReport report = await pipeline.RunAsync();

        report.ShouldBalance();
        report.Outcome.Should().Be(PipelineOutcome.Aborted);
        outcomes.Should().HaveCount(items);
    }
}
