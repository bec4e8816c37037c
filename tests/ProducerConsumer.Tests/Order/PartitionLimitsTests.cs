using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Time.Testing;

namespace ProducerConsumer.Tests;

/// <summary>What keys must not do: mix results, keep items alive, or go on after a stop.</summary>
public sealed class PartitionLimitsTests
{
    /// <summary>A call is done and its result held back, while its worker is stuck in the next call of its claim.</summary>
    [GuardedFact]
    public async Task PartitionBy_WorkerIsStuckBehindAResult_ResultsOfAKeyStayInOrder()
    {
        const int Warm = 20_000;
        const int Rounds = 20;
        using SemaphoreSlim stuck = new(0);
        using SemaphoreSlim seen = new(0);
        ConcurrentQueue<(int Key, int Number)> results = [];
        await using PooledPipeline<(int Key, int Number)> pipeline = PooledPipeline.CreateBuilder<(int Key, int Number)>(capacity: 512)
            .Select(
                item =>
                {
                    if (item.Number == -1)
                    {
                        stuck.Release();
                        seen.Wait();
                        seen.Wait();
                    }

                    return item;
                },
                stage => stage.PartitionBy(item => item.Key),
                maxWorkers: 2)
            .Consume((item, _) =>
            {
                results.Enqueue(item);
                if (item.Key >= 1_000 && item.Number > 0)
                {
                    seen.Release();
                }

                return default;
            })
            .Build();
        await pipeline.StartAsync();
        for (int i = 0; i < Warm; i++)
        {
            await pipeline.Writer.WriteAsync((i % 100, i));
        }

        for (int round = 0; round < Rounds; round++)
        {
            while (!pipeline.Run.Stages[0].IsIdle)
            {
                await Task.Yield();
            }

            int key = 1_000 + (2 * round);
            await pipeline.Writer.WriteManyAsync(new[] { (key, 1), (key + 1, -1) });
            await stuck.WaitAsync();
            await pipeline.Writer.WriteAsync((key, 2));
        }

        (await pipeline.StopAsync()).ShouldBalance();
        results.Where(item => item.Key >= 1_000 && item.Number > 0).GroupBy(item => item.Key)
            .Count(key => !key.Select(item => item.Number).SequenceEqual([1, 2])).Should().Be(0);
    }

    [GuardedTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task PartitionBy_Idle_KeepsNoItemAlive(bool hasKeys)
    {
        await using PooledPipeline<object> pipeline = PooledPipeline.CreateBuilder<object>(capacity: 8)
            .Consume((_, _) => default, stage =>
            {
                if (hasKeys)
                {
                    stage.PartitionBy(item => item.GetHashCode());
                }
            })
            .Build();
        await pipeline.StartAsync();
        WeakReference item = await Task.Run(() => Write(pipeline));
        while (!pipeline.Run.Stages[0].IsIdle)
        {
            await Task.Yield();
        }

        while (item.IsAlive)
        {
            await Task.Yield();
            GC.Collect();
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        static WeakReference Write(PooledPipeline<object> pipeline)
        {
            object item = new();
            pipeline.Writer.TryWrite(item).Should().BeTrue();
            return new WeakReference(item);
        }
    }

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

    /// <summary>The worker that waits there was called for that; it does not keep others from being called.</summary>
    [GuardedFact]
    public async Task PartitionBy_KeyWaitsForAnItemThatComesAgain_AnotherWorkerHandlesIt()
    {
        FakeTimeProvider clock = new();
        Gate asked = new(expected: 1);
        using ManualResetEventSlim again = new();
        int attempts = 0;
        PooledPipeline<int>? pipeline = null;
        pipeline = PooledPipeline.CreateBuilder<int>(capacity: 4, configure: options => options.TimeProvider = clock)
            .Consume(
                async (item, _) =>
                {
                    if (item == 1)
                    {
                        await asked.Arrived;
                        if (Interlocked.Increment(ref attempts) == 1)
                        {
                            throw new InvalidOperationException("again");
                        }

                        again.Set();
                    }
                },
                stage =>
                {
                    stage.MaxWorkers = 2;
                    stage.PartitionBy(KeyOf);
                    stage.OnFailure.Redeliver(2, TimeSpan.FromSeconds(1));
                })
            .Build();
        await using (pipeline)
        {
            await pipeline.Writer.WriteAsync(1);
            await pipeline.StartAsync();
            while (Volatile.Read(ref attempts) == 0 || pipeline.Run.Stages[^1].ReadBooks().Waiting < 2)
            {
                await Task.Yield();
            }

            while (!again.IsSet)
            {
                clock.Advance(TimeSpan.FromSeconds(2)); // The timer may be on its way.
                await Task.Yield();
            }

            PipelineReport report = await pipeline.StopAsync();

            report.ShouldBalance();
            report.Consumers().Completed.Should().Be(2);
        }

        int KeyOf(int item)
        {
            if (item == 1)
            {
                pipeline!.Writer.TryWrite(2).Should().BeTrue();
            }
            else
            {
                asked.Arrive();
                again.Wait();
            }

            return item;
        }
    }
}
