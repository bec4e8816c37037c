namespace ProducerConsumer.Tests;

/// <summary>As <see cref="OrderFaultTests"/>: what comes too late or costs too much.</summary>
public sealed class OrderFaultsOfStopsTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(5);

    [GuardedFact]
    public async Task Abort_WorkerIsFindingKeys_NoOtherKeyIsAskedFor()
    {
        using ManualResetEventSlim go = new();
        Gate first = new();
        int keys = 0;
        await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(capacity: 64)
            .Consume((_, _) => default, stage => stage.PartitionBy(item =>
            {
                first.Arrive();
                Interlocked.Increment(ref keys);
                go.Wait();
                return item;
            }))
            .Build();
        for (int i = 0; i < 50; i++)
        {
            await pipeline.Writer.WriteAsync(i);
        }

        await pipeline.StartAsync();
        await first.Arrived;
        pipeline.RequestStop(StopMode.Abort);
        go.Set();

        PipelineReport report = await pipeline.Completion;
        report.ShouldBalance();
        report.Consumers().Undelivered.Should().HaveCount(50);
        keys.Should().Be(1, "after an abort nothing begins but the one call that was under way");
    }

    [GuardedFact]
    public async Task DisposeAsync_OfResultsInsideADelegateOfTheRun_DoesNotWaitForThatDelegate()
    {
        IAsyncEnumerator<int>? results = null;
        bool inTime = false;
        results = PooledPipeline.CreateBuilder<int>()
            .Produce(Enumerable.Range(0, 3))
            .Transform(async (item, _) =>
            {
                Task disposal = results!.DisposeAsync().AsTask();
                inTime = await Task.WhenAny(disposal, Task.Delay(Long, CancellationToken.None)) == disposal;
                return item;
            })
            .ToAsyncEnumerable()
            .GetAsyncEnumerator();

        (await results.MoveNextAsync()).Should().BeFalse();
        inTime.Should().BeTrue();
    }

    [GuardedFact]
    public async Task PreserveOrder_CallsSuspend_AllocatesLittleMoreThanWithout()
    {
        const int Count = 50_000;
        long without = await MeasureAsync(preserveOrder: false);
        long with = await MeasureAsync(preserveOrder: true);
        ((with - without) / Count).Should().BeLessThan(100, "bytes per item");

        static async Task<long> MeasureAsync(bool preserveOrder)
        {
            PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(capacity: 256)
                .Produce(Enumerable.Range(0, Count))
                .Transform(
                    async (item, _) =>
                    {
                        await Task.Yield();
                        return item;
                    },
                    maxWorkers: 2,
                    preserveOrder: preserveOrder)
                .Consume((_, _) => default)
                .Build();
            long before = GC.GetTotalAllocatedBytes(precise: true);
            (await pipeline.RunAsync()).ShouldBalance();
            return GC.GetTotalAllocatedBytes(precise: true) - before;
        }
    }
}
