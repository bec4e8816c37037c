using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace ProducerConsumer.Tests;

/// <summary>Whoever waits for an item of a stage with an order is told once, and not too early.</summary>
public sealed class OrderSettlementTests
{
    private readonly ConcurrentDictionary<int, int> _told = new();

    [GuardedTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task WriteTracked_ItemFailsWhileItsResultsWaitForTheirTurn_IsToldOnceAndAfterThem(bool preserveOrder)
    {
        Gate first = new();
        Gate failed = new();
        int handled = 0;
        ConcurrentQueue<(ItemOutcome Outcome, int Handled)> told = [];
        await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(capacity: 8)
            .TransformMany(
                (item, token) => ExpandAsync(item, token),
                stage => stage.OnFailure.Skip(),
                maxWorkers: 2,
                preserveOrder)
            .Consume((_, _) =>
            {
                Interlocked.Increment(ref handled);
                return default;
            })
            .Build();
        await pipeline.StartAsync();
        await pipeline.Writer.WriteAsync(0);
        await pipeline.Writer.WriteTrackedAsync(1, outcome => told.Enqueue((outcome, Volatile.Read(ref handled))));
        await failed.Arrived;
        while (pipeline.Run.Stages[0].ReadBooks().Failed == 0)
        {
            await Task.Yield();
        }

        first.Open();
        PipelineReport report = await pipeline.StopAsync();

        report.ShouldBalance();
        handled.Should().Be(2);
        told.Should().ContainSingle("whoever waits is told once");

        async IAsyncEnumerable<int> ExpandAsync(int item, [EnumeratorCancellation] CancellationToken token)
        {
            if (item == 0)
            {
                await first.PassAsync(token);
            }

            yield return item;
            if (item == 1)
            {
                failed.Arrive();
                throw new InvalidOperationException("after a result");
            }
        }
    }

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
}
