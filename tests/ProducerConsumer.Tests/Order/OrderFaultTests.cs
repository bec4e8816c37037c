using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace ProducerConsumer.Tests;

/// <summary>Promises that stages with an order do not keep: each test shows one.</summary>
public sealed class OrderFaultTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(5);

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

    [GuardedTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task PreserveOrder_NextStageDropsWhenFull_IsNotHeldBack(bool preserveOrder)
    {
        Gate consumer = new();
        Gate dropped = new();
        await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(capacity: 8)
            .Produce(Enumerable.Range(0, 10))
            .Transform((item, _) => ValueTask.FromResult(item), maxWorkers: 2, preserveOrder: preserveOrder)
            .Consume(
                async (_, token) => await consumer.PassAsync(token),
                stage =>
                {
                    stage.Capacity = 1;
                    stage.DropWhenFull(System.Threading.Channels.BoundedChannelFullMode.DropWrite, _ => dropped.Arrive());
                })
            .Build();

        Task<PipelineReport> run = pipeline.RunAsync();
        await dropped.Arrived.WaitAsync(Long);
        consumer.Open();

        (await run).ShouldBalance();
    }

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

        for (int i = 0; i < 20 && item.IsAlive; i++)
        {
            await Task.Delay(10);
            GC.Collect();
        }

        item.IsAlive.Should().BeFalse();

        [MethodImpl(MethodImplOptions.NoInlining)]
        static WeakReference Write(PooledPipeline<object> pipeline)
        {
            object item = new();
            pipeline.Writer.TryWrite(item).Should().BeTrue();
            return new WeakReference(item);
        }
    }

    [GuardedFact]
    public async Task MoveNext_AfterTheClockThrewAtTheStart_DoesNotWaitForEver()
    {
        IAsyncEnumerator<int> results = PooledPipeline
            .CreateBuilder<int>(configure: options => options.TimeProvider = new BrokenClock())
            .Produce(Enumerable.Range(0, 3))
            .ToAsyncEnumerable()
            .GetAsyncEnumerator();
        await using (results)
        {
            await results.Awaiting(all => all.MoveNextAsync().AsTask()).Should().ThrowAsync<NotSupportedException>();
            Task<bool> second = results.MoveNextAsync().AsTask();
            await Task.WhenAny(second, Task.Delay(Long));
            second.IsCompleted.Should().BeTrue();
        }
    }

    /// <summary>
    /// A call that is suspended, and is not the oldest, emits a result at the moment at which the watchdog moves those
    /// before it: large results, so that the moment is long. Nobody comes for it when the call is the oldest one.
    /// </summary>
    [GuardedFact]
    public async Task PreserveOrder_ResultComesWhileTheWatchdogMovesOthers_GoesOnBeforeTheCallEnds()
    {
        const int Trials = 60;
        int late = 0;
        for (int trial = 0; trial < Trials && late == 0; trial++)
        {
            int seen = 0;
            Gate oldest = new();
            TaskCompletionSource<bool> isLate = new();
            await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(capacity: 256)
                .AddStage<Block>(() => new Streamer(oldest, () => Volatile.Read(ref seen), isLate), stage => stage.PreserveOrder(), maxWorkers: 2)
                .Consume((_, _) =>
                {
                    Interlocked.Increment(ref seen);
                    return default;
                })
                .Build();
            await pipeline.StartAsync();
            await pipeline.Writer.WriteAsync(0);
            await pipeline.Writer.WriteAsync(1);
            (await pipeline.StopAsync()).ShouldBalance();
            late += await isLate.Task ? 1 : 0;
        }

        late.Should().Be(0, "what a call emitted goes on some 20 ms later, though the call goes on");
    }

    /// <summary>Emits for some 15 ms for item 1, ends item 0, and then waits half a second for all of it to be handled.</summary>
    private sealed class Streamer(Gate oldest, Func<int> seen, TaskCompletionSource<bool> isLate) : StageWorker<int, Block>
    {
        protected override async ValueTask HandleAsync(int item, CancellationToken cancellationToken)
        {
            if (item == 0)
            {
                await oldest.PassAsync(cancellationToken);
                return;
            }

            await Task.Delay(1, cancellationToken);
            int emitted = 0;
            Stopwatch watch = Stopwatch.StartNew();
            while (emitted < 60 && watch.ElapsedMilliseconds < 15)
            {
                await EmitAsync(default);
                emitted++;
                long next = watch.ElapsedTicks + (Stopwatch.Frequency / 5_000);
                while (watch.ElapsedTicks < next)
                {
                    Thread.SpinWait(10);
                }
            }

            await Task.Delay(40, cancellationToken); // The watchdog looks, and rests.
            oldest.Open();
            watch.Restart();
            while (seen() < emitted && watch.ElapsedMilliseconds < 500)
            {
                await Task.Delay(5, cancellationToken);
            }

            isLate.SetResult(seen() < emitted);
        }
    }

    [InlineArray(16 * 1024)]
    private struct Block
    {
        private byte _first;
    }

    private sealed class BrokenClock : TimeProvider
    {
        public override long GetTimestamp() => throw new NotSupportedException("no clock");
    }
}
