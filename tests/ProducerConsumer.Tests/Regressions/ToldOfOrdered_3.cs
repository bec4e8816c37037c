using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace ProducerConsumer.Tests;

/// <summary>
/// An item that was to be delivered again was handed back by a stop while results of it waited for their turn and somebody
/// else was releasing those before them: it was told of at once, and a second time when its results had gone on.
/// </summary>
public sealed class ToldOfOrdered_3
{
    [GuardedFact]
    public async Task Abort_ResultsOfARedeliveryWaitForTheirTurn_IsToldOfOnceAndAfterThem()
    {
        Gate consumer = new();
        Gate dropping = new(expected: 1);
        Gate toldOfTheOther = new(expected: 1);
        using ManualResetEventSlim goOn = new();
        ConcurrentQueue<int> told = [];
        int failed = 0;
        await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(
                capacity: 4, configure: options => options.TimeProvider = new FakeTimeProvider())
            .TransformMany(Sequence, stage =>
            {
                stage.MaxWorkers = 2;
                stage.PreserveOrder();
                stage.OnFailure.Redeliver(3, TimeSpan.FromHours(1));
            })
            .Consume(
                async (_, token) => await consumer.PassAsync(token),
                stage =>
                {
                    stage.Capacity = 1;
                    stage.DropWhenFull(BoundedChannelFullMode.DropWrite, _ =>
                    {
                        dropping.Arrive();
                        goOn.Wait();
                    });
                })
            .Build();
        await pipeline.StartAsync();
        await pipeline.Writer.WriteAsync(0);
        await dropping.Arrived;
        await pipeline.Writer.WriteTrackedAsync(1, _ => told.Enqueue(1));
        await pipeline.Writer.WriteTrackedAsync(2, _ => toldOfTheOther.Arrive());
        while (Volatile.Read(ref failed) < 2 || pipeline.Run.Stages[0].ReadBooks().Waiting < 2)
        {
            await Task.Yield();
        }

        Task<PipelineReport> stop = pipeline.StopAsync(StopMode.Abort);
        await toldOfTheOther.Arrived;
        int early = told.Count;
        goOn.Set();
        PipelineReport report = await stop;

        report.ShouldBalance();
        early.Should().Be(0, "a result of it has not gone on");
        told.Should().ContainSingle();

        IEnumerable<int> Sequence(int item)
        {
            if (item < 2)
            {
                yield return item;
            }

            if (item > 0)
            {
                Interlocked.Increment(ref failed);
                throw new InvalidOperationException("again");
            }

            yield return item;
            yield return item;
        }
    }
}
