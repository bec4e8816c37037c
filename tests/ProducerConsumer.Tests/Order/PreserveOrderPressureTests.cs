namespace ProducerConsumer.Tests;

/// <summary>Many results wait for the oldest, for room, or for a next stage that drops.</summary>
public sealed class PreserveOrderPressureTests
{
    [GuardedTheory]
    [InlineData(1_000)]
    [InlineData(50_000)]
    public async Task PreserveOrder_ManyResultsWaitForTheOldest_AndThenForRoom_GoOn(int count)
    {
        Gate oldest = new();
        Gate begun = new(expected: count);
        int handled = 0;
        await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(capacity: 1_000_000)
            .Produce(Enumerable.Range(0, count))
            .Transform(
                async (item, token) =>
                {
                    begun.Arrive();
                    if (item == 0)
                    {
                        await oldest.PassAsync(token);
                    }

                    return item;
                },
                maxWorkers: 2,
                preserveOrder: true)
            .Consume(
                async (_, _) =>
                {
                    await Task.Yield();
                    handled++;
                },
                stage => stage.Capacity = 1)
            .Build();
        Task<PipelineReport> run = pipeline.RunAsync();
        await begun.Arrived; // Books with so many items in them hold the workers up: they are not read before.
        while (pipeline.Run.Stages[1].ReadBooks() is { } books && (books.Waiting > 0 || books.InFlight < count))
        {
            await Task.Yield();
        }

        oldest.Open();
        (await run).ShouldBalance();
        handled.Should().Be(count);
    }

    [GuardedFact]
    public async Task PreserveOrder_NextStageIsAlwaysFull_GoesOn()
    {
        const int Count = 300_000;
        int handled = 0;
        PipelineReport report = await PooledPipeline.CreateBuilder<int>(capacity: 64)
            .Produce(Enumerable.Range(0, Count))
            .TransformMany(static item => item % 2 == 0 ? [] : new[] { item, item }, maxWorkers: 4, preserveOrder: true)
            .Consume(
                (_, _) =>
                {
                    handled++;
                    return default;
                },
                stage => stage.Capacity = 2)
            .Build()
            .RunAsync();
        report.ShouldBalance();
        handled.Should().Be(Count);
    }

    [GuardedFact]
    public async Task PreserveOrder_WorkersWaitForRoom_AnotherBeginsWhatTheWindowHasRoomFor()
    {
        const int Count = 5;
        for (int repeat = 0; repeat < 100; repeat++)
        {
            Gate last = new();
            List<int> handled = [];
            await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(capacity: Count)
                .Transform(
                    async (item, _) =>
                    {
                        if (item == 1)
                        {
                            await Task.Yield();
                        }
                        else if (item == Count)
                        {
                            last.Open();
                        }

                        return item;
                    },
                    stage => stage.PreserveOrder(window: 2),
                    maxWorkers: 3)
                .Consume(
                    async (item, token) =>
                    {
                        await last.PassAsync(token); // Two results have no room meanwhile, and two workers wait for it.
                        handled.Add(item);
                    },
                    stage => stage.Capacity = 1)
                .Build();
            for (int item = 1; item <= Count; item++)
            {
                pipeline.Writer.TryWrite(item).Should().BeTrue();
            }

            pipeline.Writer.Complete();
            (await pipeline.RunAsync()).ShouldBalance();
            handled.Should().Equal(Enumerable.Range(1, Count));
        }
    }

    [GuardedTheory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task PreserveOrder_ResultsWithoutRoomAndItems_OneWorkerIsLeftForTheItems(int workers)
    {
        const int Window = 8;
        const int Count = 12;
        for (int repeat = 0; repeat < 20; repeat++)
        {
            Gate oldest = new();
            Gate next = new();
            await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(capacity: 64)
                .Transform(
                    async (item, token) =>
                    {
                        if (item == 1)
                        {
                            await oldest.PassAsync(token);
                        }
                        else if (item == Window + 1)
                        {
                            next.Open();
                        }

                        return item;
                    },
                    stage =>
                    {
                        stage.PreserveOrder(Window);
                        stage.MaxBatch = 1;
                    },
                    workers)
                .Consume(async (_, token) => await next.PassAsync(token), stage => stage.Capacity = 1)
                .Build();
            for (int item = 1; item <= Count; item++)
            {
                pipeline.Writer.TryWrite(item).Should().BeTrue(); // Before the start: a worker that finds none may wait for room.
            }

            pipeline.Writer.Complete();
            Task<PipelineReport> run = pipeline.RunAsync();

            // All results but the oldest are held, and the workers that made them have parked: one that comes from a call of
            // its own may have to wait for room, as without an order.
            while (pipeline.Run.Stages[0].ReadBooks() is not { InFlight: Window, Workers: 1 })
            {
                await Task.Yield();
            }

            oldest.Open();
            (await run).ShouldBalance();
        }
    }

    /// <summary>Many results that are held together, of objects, with only a part of them going on at a time.</summary>
    [GuardedFact]
    public async Task PreserveOrder_RowOfResults_GoesOnPieceByPiece()
    {
        const int Count = 5_000;
        Gate oldest = new();
        Gate begun = new(expected: Count);
        List<string> handled = [];
        await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(capacity: Count)
            .Produce(Enumerable.Range(0, Count))
            .Transform(
                async (item, token) =>
                {
                    begun.Arrive();
                    if (item == 0)
                    {
                        await oldest.PassAsync(token);
                    }

                    return $"{item}";
                },
                maxWorkers: 2,
                preserveOrder: true)
            .Where(static item => item.Length < 4, static stage => stage.PreserveOrder(), maxWorkers: 2)
            .Consume(
                async (item, _) =>
                {
                    await Task.Yield();
                    handled.Add(item);
                },
                stage => stage.Capacity = 7)
            .Build();
        Task<PipelineReport> run = pipeline.RunAsync();
        await begun.Arrived;
        while (pipeline.Run.Stages[1].ReadBooks() is { } books && (books.Waiting > 0 || books.InFlight < Count))
        {
            await Task.Yield();
        }

        pipeline.Run.Stages[1].ReadBooks().InFlightItems.Select(static entry => (int)entry.Item!).Order().Should().Equal(Enumerable.Range(0, Count));
        oldest.Open();
        (await run).ShouldBalance();
        handled.Should().Equal(Enumerable.Range(0, 1_000).Select(static item => $"{item}"));
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
        await dropped.Arrived;
        consumer.Open();

        (await run).ShouldBalance();
    }
}
