using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;

namespace ProducerConsumer.Tests;

/// <summary>A worker that is alone with the items of all keys, while their calls count as quick.</summary>
public sealed class SoloistTests
{
    private readonly ConcurrentQueue<int> _handled = [];

    /// <summary>It is alone no more then, and must not go on as if it were.</summary>
    [GuardedFact]
    public async Task WakeAsync_OthersTakeTheItemsMeanwhile_KeyStaysSerialAndInOrder()
    {
        const int Items = 50;
        FakeTimeProvider clock = new();
        Gate second = new();
        int running = 0;
        int overlaps = 0;
        await using PooledPipeline<int> pipeline = PooledPipeline
            .CreateBuilder<int>(capacity: 64, configure: options => options.TimeProvider = clock)
            .AddStage(
                () => new ScriptedWorker
                {
                    OnHandle = async (worker, item, token) =>
                    {
                        overlaps += Interlocked.Increment(ref running) - 1;
                        _handled.Enqueue(item);
                        if (item == 0)
                        {
                            worker.Wake(TimeSpan.FromSeconds(1));
                            clock.Advance(TimeSpan.FromSeconds(1));
                        }
                        else if (item == 1)
                        {
                            await second.PassAsync(token);
                        }

                        Interlocked.Decrement(ref running);
                    },
                    OnWake = async (_, _) =>
                    {
                        await second.Arrived;
                        second.Open();
                    },
                },
                stage =>
                {
                    stage.MaxWorkers = 2;
                    stage.PartitionBy(_ => "one");
                    stage.QuickCall = int.MaxValue;
                })
            .Consume((_, _) => default(ValueTask))
            .Build();
        for (int item = 0; item < Items; item++)
        {
            pipeline.Writer.TryWrite(item).Should().BeTrue();
        }

        pipeline.Writer.Complete();
        (await pipeline.RunAsync()).ShouldBalance();
        overlaps.Should().Be(0);
        _handled.Should().Equal(Enumerable.Range(0, Items));
    }

    /// <summary>It is not alone with one item: for that nothing would be gained.</summary>
    [GuardedFact]
    public async Task PartitionBy_FewItemsWait_WorkersShareThem()
    {
        using Barrier both = new(2);
        await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(capacity: 1_024)
            .Consume(
                (_, token) =>
                {
                    both.SignalAndWait(token);
                    return default(ValueTask);
                },
                stage =>
                {
                    stage.MaxWorkers = 2;
                    stage.PartitionBy(item => item);
                    stage.QuickCall = int.MaxValue;
                })
            .Build();
        await pipeline.StartAsync();
        for (int pair = 0; pair < 1_000; pair++)
        {
            await pipeline.Writer.WriteAsync(2 * pair);
            await pipeline.Writer.WriteAsync((2 * pair) + 1);
        }

        (await pipeline.StopAsync()).Consumers().Completed.Should().Be(2_000);
    }
}
