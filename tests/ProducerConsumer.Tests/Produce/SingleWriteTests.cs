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
        await using Busy busy = await Busy.StartAsync(capacity: 64);
        PipelineWriter<int> writer = busy.Pipeline.Writer;
        int next = 0;
        foreach (Func<Task> write in (Func<Task>[])
            [
                async () => next += await writer.WriteManyAsync(new[] { next, next + 1, next + 2 }),
                () => writer.WriteTrackedAsync(next++, static _ => { }).AsTask(),
                async () =>
                {
                    using Activity activity = new Activity("write").Start();
                    await writer.WriteAsync(next++);
                },
                async () =>
                {
                    (await writer.WaitToWriteAsync()).Should().BeTrue();
                    writer.TryWrite(next++).Should().BeTrue();
                },
            ])
        {
            for (int i = 0; i < 4; i++)
            {
                await writer.WriteAsync(next++);
            }

            await write();
            await writer.WriteAsync(next++);
            await write();
        }

        busy.Gate.Open();
        writer.Complete();
        (await busy.Run).ShouldBalance();
        busy.Handled.Should().Equal(Enumerable.Range(-1, next + 1));
    }

    [GuardedFact]
    public async Task Writers_OfSeveralProducersTakeTurns_TheItemsOfAllAreHandledInTheirOrder()
    {
        const int Items = 60;
        Gate written = new();
        List<int> handled = [];
        using SemaphoreSlim turn = new(1);
        int next = 0;
        await PooledPipeline.CreateBuilder<int>(capacity: 64)
            .Produce(4, async (writer, token) =>
            {
                while (Volatile.Read(ref next) < Items)
                {
                    await turn.WaitAsync(token);
                    await writer.WriteAsync(next++, token);
                    turn.Release();
                    await Task.Yield();
                }

                written.Open();
            })
            .Consume(async (item, token) =>
            {
                await written.PassAsync(token);
                handled.Add(item);
            })
            .Build().RunAsync();

        handled.Should().HaveCountGreaterThanOrEqualTo(Items).And.Equal(Enumerable.Range(0, handled.Count));
    }

    [GuardedFact]
    public async Task Write_OrderHoldsTheWorkersBack_ItemsAreHandledWhenItGoesOn()
    {
        const int Window = 4;
        const int Items = 24;
        Gate oldest = new();
        Gate handled = new(expected: Items);
        await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(capacity: 64)
            .Transform(
                async (item, token) =>
                {
                    if (item == 0)
                    {
                        await oldest.PassAsync(token);
                    }

                    return item;
                },
                stage => stage.PreserveOrder(Window),
                maxWorkers: 3)
            .Consume((_, _) =>
            {
                handled.Arrive();
                return default(ValueTask);
            })
            .Build();
        Task<PipelineReport> run = pipeline.RunAsync();
        for (int item = 0; item < Window; item++)
        {
            await pipeline.Writer.WriteAsync(item);
        }

        // The others have parked, and one could be called; but nothing can be begun.
        while (pipeline.Run.Stages[0].ReadBooks() is not { InFlight: Window, Workers: 1 })
        {
            await Task.Yield();
        }

        for (int item = Window; item < Items; item++)
        {
            await pipeline.Writer.WriteAsync(item);
        }

        oldest.Open();
        await handled.Arrived;
        pipeline.Writer.Complete();
        (await run).ShouldBalance();
    }

    [GuardedFact]
    public async Task Write_KeysAreBeingFound_ItemsAreHandledAfterwards()
    {
        const int Items = 24;
        using ManualResetEventSlim found = new();
        Gate finding = new();
        Gate handled = new(expected: Items);
        await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(capacity: 64)
            .Consume(
                (_, _) =>
                {
                    handled.Arrive();
                    return default(ValueTask);
                },
                stage => stage.PartitionBy(item =>
                {
                    finding.Arrive();
                    found.Wait(TestContext.Current.CancellationToken);
                    return item;
                }),
                maxWorkers: 3)
            .Build();
        Task<PipelineReport> run = pipeline.RunAsync();
        await pipeline.Writer.WriteAsync(0);
        await finding.Arrived;
        for (int item = 1; item < Items; item++)
        {
            await pipeline.Writer.WriteAsync(item);
        }

        found.Set();
        await handled.Arrived;
        pipeline.Writer.Complete();
        (await run).ShouldBalance();
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
