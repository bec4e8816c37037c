using System.Diagnostics;

namespace ProducerConsumer.Tests;

/// <summary>Items that are written one at a time while the workers are busy: bounded, counted and in order as all others.</summary>
public sealed class SingleWriteTests
{
    [GuardedTheory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(10)]
    [InlineData(17)]
    [InlineData(64)]
    [InlineData(1_000)]
    public async Task TryWrite_WorkerBusy_FillsExactlyTheCapacity(int capacity)
    {
        await using Busy busy = await Busy.StartAsync(capacity);

        busy.Write(capacity).Should().Be(capacity);

        busy.Pipeline.Writer.TryWrite(-1).Should().BeFalse();
        ValueTask parked = busy.Pipeline.Writer.WriteAsync(capacity);
        parked.IsCompleted.Should().BeFalse();
        StageBooks books = busy.Pipeline.Run.Stages[0].ReadBooks();
        (books.Accepted, books.Waiting, books.InFlight).Should().Be((capacity + 1, capacity, 1));
        busy.Gate.Open();
        await parked;
        busy.Pipeline.Writer.Complete();
        (await busy.Run).ShouldBalance();
        busy.Handled.Should().Equal(Enumerable.Range(-1, capacity + 2));
    }

    [GuardedFact]
    public async Task ReadBooks_AfterAnyWrite_CountsAllOfThem()
    {
        await using Busy busy = await Busy.StartAsync(capacity: 64);
        for (int item = 0; item < 40; item++)
        {
            busy.Pipeline.Writer.TryWrite(item).Should().BeTrue();
            if (item % 3 == 0)
            {
                busy.Pipeline.Run.Stages[0].ReadBooks().Waiting.Should().Be(item + 1);
            }
        }

        busy.Gate.Open();
        busy.Pipeline.Writer.Complete();
        await busy.Run;
        busy.Handled.Should().Equal(Enumerable.Range(-1, 41));
    }

    [GuardedFact]
    public async Task Abort_ItemsJustWritten_HandsThemBackInTheirOrder()
    {
        await using Busy busy = await Busy.StartAsync(capacity: 64);
        busy.Write(20).Should().Be(20);

        PipelineReport report = await busy.Pipeline.StopAsync(StopMode.Abort);

        report.ShouldBalance();
        report.UndeliveredItems<int>().Should().Equal(Enumerable.Range(-1, 21));
        busy.Pipeline.Writer.TryWrite(-1).Should().BeFalse();
    }

    [GuardedFact]
    public async Task Drain_ItemsJustWritten_HandlesThem()
    {
        await using Busy busy = await Busy.StartAsync(capacity: 64);
        busy.Write(20).Should().Be(20);
        Task<PipelineReport> stop = busy.Pipeline.StopAsync(StopMode.Drain);
        busy.Gate.Open();

        (await stop).Outcome.Should().Be(PipelineOutcome.Drained);
        busy.Handled.Should().Equal(Enumerable.Range(-1, 21));
    }

    [GuardedFact]
    public async Task Writes_OfEveryForm_AreHandledInTheirOrder()
    {
        const int Rounds = 200;
        List<int> handled = [];
        await PooledPipeline.CreateBuilder<int>(capacity: 64)
            .Produce(1, async (writer, token) =>
            {
                int next = 0;
                for (int round = 0; round < Rounds; round++)
                {
                    for (int i = 0; i < round % 20; i++)
                    {
                        await writer.WriteAsync(next++, token);
                    }

                    switch (round % 4)
                    {
                        case 0:
                            await writer.WriteManyAsync(new[] { next++, next++, next++ }, token);
                            break;
                        case 1:
                            await writer.WriteTrackedAsync(next++, static _ => { }, token);
                            break;
                        case 2:
                            using (new Activity("write").Start())
                            {
                                await writer.WriteAsync(next++, token);
                            }

                            break;
                        default:
                            (await writer.WaitToWriteAsync(token)).Should().BeTrue();
                            next += writer.TryWrite(next) ? 1 : 0;
                            break;
                    }
                }
            })
            .Consume((item, _) =>
            {
                handled.Add(item);
                return default(ValueTask);
            })
            .Build().RunAsync();

        handled.Should().HaveCountGreaterThan(Rounds).And.Equal(Enumerable.Range(0, handled.Count));
    }

    [GuardedFact]
    public async Task Writers_OfSeveralProducersTakeTurns_TheItemsOfAllAreHandledInTheirOrder()
    {
        const int Items = 20_000;
        const int Producers = 4;
        List<int> handled = [];
        using SemaphoreSlim turn = new(1);
        int next = 0;
        await PooledPipeline.CreateBuilder<int>(capacity: 64)
            .Produce(Producers, async (writer, token) =>
            {
                while (Volatile.Read(ref next) < Items)
                {
                    await turn.WaitAsync(token);
                    await writer.WriteAsync(next++, token);
                    turn.Release();
                }
            })
            .Consume((item, _) =>
            {
                handled.Add(item);
                return default(ValueTask);
            })
            .Build().RunAsync();

        handled.Should().HaveCountGreaterThanOrEqualTo(Items).And.Equal(Enumerable.Range(0, handled.Count));
    }

    /// <summary>A pipeline whose one worker is held at a gate with the first item, which is -1.</summary>
    private sealed class Busy : IAsyncDisposable
    {
        private Busy(int capacity) =>
            Pipeline = PooledPipeline.CreateBuilder<int>(capacity)
                .Consume(async (item, token) =>
                {
                    await Gate.PassAsync(token);
                    Handled.Add(item);
                })
                .Build();

        public PooledPipeline<int> Pipeline { get; }

        public Gate Gate { get; } = new();

        public List<int> Handled { get; } = [];

        public Task<PipelineReport> Run { get; private set; } = null!;

        public static async Task<Busy> StartAsync(int capacity)
        {
            Busy busy = new(capacity);
            busy.Run = busy.Pipeline.RunAsync();
            await busy.Pipeline.Writer.WriteAsync(-1);
            await busy.Gate.Arrived;
            return busy;
        }

        /// <summary>Writes that many items, from 0 on; returns how many were accepted.</summary>
        public int Write(int count)
        {
            int accepted = 0;
            while (accepted < count && Pipeline.Writer.TryWrite(accepted))
            {
                accepted++;
            }

            return accepted;
        }

        public ValueTask DisposeAsync() => Pipeline.DisposeAsync();
    }
}
