using System.Collections.Concurrent;

namespace ProducerConsumer.Tests;

/// <summary>Items that are done when somebody takes the others away from their worker, and wait for nobody but the books.</summary>
public sealed class OrderContextTests
{
    private readonly ConcurrentDictionary<int, int> _told = new();

    /// <summary>The worker has two items: the first is done, the second blocks when the stop comes.</summary>
    [GuardedTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Abort_ItemIsDoneAndItsWorkerStuckInTheNext_BothAreToldOf(bool preserveOrder)
    {
        using SemaphoreSlim begun = new(0);
        using SemaphoreSlim go = new(0);
        await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(capacity: 512)
            .Select(
                item =>
                {
                    if (item is -1 or -3)
                    {
                        begun.Release();
                        go.Wait();
                    }

                    return item;
                },
                stage =>
                {
                    stage.OnFailure.Redeliver(2, TimeSpan.FromSeconds(1));
                    if (preserveOrder)
                    {
                        stage.PreserveOrder();
                    }
                })
            .Consume((_, _) => default)
            .Build();
        await pipeline.StartAsync();
        for (int i = 0; i < 20_000; i++)
        {
            await pipeline.Writer.WriteAsync(i); // So that the worker takes several at once.
        }

        await pipeline.Writer.WriteAsync(-1);
        await begun.WaitAsync();
        foreach (int item in (int[])[-2, -3, -4])
        {
            await pipeline.Writer.WriteTrackedAsync(item, _ => _told.AddOrUpdate(item, 1, (_, count) => count + 1));
        }

        go.Release();
        await begun.WaitAsync();
        pipeline.RequestStop(StopMode.Abort);
        go.Release();

        (await pipeline.Completion).ShouldBalance();
        _told.Keys.Should().BeEquivalentTo([-2, -3, -4]);
        _told.Values.Should().OnlyContain(count => count == 1);
    }

    /// <summary>As above, but it is the watchdog that takes the rest away, between two calls that are slow.</summary>
    [GuardedFact]
    public async Task PreserveOrder_WatchdogTakesItemsBehindASlowOneAway_AllAreToldOf()
    {
        const int Rounds = 20;
        await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(capacity: 512)
            .Select(
                item =>
                {
                    if (item < 0)
                    {
                        Thread.Sleep(item % 4 == 0 ? 60 : 7);
                    }

                    return item;
                },
                maxWorkers: 2,
                preserveOrder: true)
            .Consume((_, _) => default)
            .Build();
        await pipeline.StartAsync();
        int next = 0;
        for (int round = 0; round < Rounds; round++)
        {
            for (int i = 0; i < 2_000; i++)
            {
                await pipeline.Writer.WriteAsync(i);
            }

            for (int i = 0; i < 16; i++)
            {
                int item = --next;
                await pipeline.Writer.WriteTrackedAsync(item, _ => _told.AddOrUpdate(item, 1, (_, count) => count + 1));
            }
        }

        (await pipeline.StopAsync()).ShouldBalance();
        Enumerable.Range(1, -next).Count(item => !_told.ContainsKey(-item)).Should().Be(0, "whoever waits is told");
    }
}
