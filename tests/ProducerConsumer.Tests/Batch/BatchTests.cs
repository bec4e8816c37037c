using Microsoft.Extensions.Time.Testing;

namespace ProducerConsumer.Tests;

/// <summary>Batches: full, or as old as allowed, or the last; never empty, and together what came in.</summary>
public sealed partial class BatchTests
{
    [GuardedTheory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(64)]
    public async Task Batch_ItemsEnd_GivesFullBatchesAndTheRestInOrder(int size)
    {
        List<IReadOnlyList<int>> batches = [];

        PipelineReport report = await PooledPipeline.CreateBuilder<int>(capacity: 64)
            .Produce(Enumerable.Range(0, 1_000))
            .Batch(size)
            .Consume((batch, _) =>
            {
                batches.Add(batch);
                return default;
            })
            .Build()
            .RunAsync();

        report.ShouldBalance();
        batches.SkipLast(1).Should().OnlyContain(batch => batch.Count == size);
        batches[^1].Count.Should().BeInRange(1, size);
        batches.SelectMany(batch => batch).Should().Equal(Enumerable.Range(0, 1_000));
        batches.Distinct(ReferenceEqualityComparer.Instance).Should().HaveCount(batches.Count);
    }

    [GuardedFact]
    public async Task Batch_Drained_GivesTheUnfinishedBatch()
    {
        List<IReadOnlyList<int>> batches = [];
        await using PooledPipeline<int> pipeline = Build(batches, new FakeTimeProvider(), size: 10, maxWait: null);
        await pipeline.StartAsync();
        await WriteAsync(pipeline, 0, 3);

        PipelineReport report = await pipeline.StopAsync(StopMode.Drain);

        report.ShouldBalance();
        batches.Should().ContainSingle().Which.Should().Equal(0, 1, 2);
    }

    [GuardedFact]
    public async Task Batch_Aborted_HandsTheUnfinishedBatchBack()
    {
        List<IReadOnlyList<int>> batches = [];
        await using PooledPipeline<int> pipeline = Build(batches, new FakeTimeProvider(), size: 10, maxWait: null);
        await pipeline.StartAsync();
        await WriteAsync(pipeline, 0, 13);
        await KeptAsync(pipeline, 3);

        PipelineReport report = await pipeline.StopAsync(StopMode.Abort);

        report.ShouldBalance();
        report.Stages[0].Completed.Should().Be(10);
        report.Stages[0].Undelivered.Select(entry => entry.Item).Should().Equal(10, 11, 12);
        report.Stages[0].Undelivered.Should().OnlyContain(entry => !entry.Started);
    }

    /// <summary>What a worker kept is older than what it had claimed, and that than what still waited.</summary>
    [GuardedFact]
    public async Task Batch_AbortedAnywhere_HandsBackOldestFirst()
    {
        for (int round = 0; round < 200; round++)
        {
            int stopAt = round % 12;
            PooledPipeline<int>? pipeline = null;
            pipeline = PooledPipeline.CreateBuilder<int>(capacity: 4)
                .Produce(Source())
                .Batch(4)
                .Consume((_, _) => default(ValueTask))
                .Build();

            PipelineReport report = await pipeline.RunAsync();

            report.ShouldBalance();
            report.Stages[1].Undelivered.Select(entry => (int)entry.Item!).Should().BeInAscendingOrder();

            IEnumerable<int> Source()
            {
                for (int item = 0; item < 12; item++)
                {
                    if (item == stopAt)
                    {
                        pipeline!.RequestStop(StopMode.Abort);
                    }

                    yield return item;
                }
            }
        }
    }

    /// <summary>The age counts from the first item of a batch, whatever came and went before it.</summary>
    [GuardedFact]
    public async Task Batch_MaxWait_CountsFromTheFirstItem()
    {
        FakeTimeProvider clock = new();
        List<IReadOnlyList<int>> batches = [];
        await using PooledPipeline<int> pipeline = Build(batches, clock, size: 3, maxWait: TimeSpan.FromSeconds(10));
        await pipeline.StartAsync();

        await WriteAsync(pipeline, 0, 1);
        await KeptAsync(pipeline, 1);
        clock.Advance(TimeSpan.FromSeconds(8));
        await WriteAsync(pipeline, 1, 2); // Full after 8 seconds: the timer of this batch is still set.
        await CountAsync(batches, 1);
        await WriteAsync(pipeline, 3, 1);
        await KeptAsync(pipeline, 1);
        clock.Advance(TimeSpan.FromSeconds(9.9)); // 17.9 seconds after the first batch began, 9.9 after the second.
        await SettleAsync(pipeline);
        batches.Should().HaveCount(1);
        clock.Advance(TimeSpan.FromSeconds(0.1));
        await CountAsync(batches, 2);
        clock.Advance(TimeSpan.FromSeconds(100)); // Nothing waits, nothing is emitted.
        await SettleAsync(pipeline);

        PipelineReport report = await pipeline.StopAsync(StopMode.Drain);
        report.ShouldBalance();
        batches.Select(batch => batch.Count).Should().Equal(3, 1);
    }

    [GuardedFact]
    public async Task Batch_SomeItemsAreTracked_AreInTheSameBatchesAndToldOnce()
    {
        List<IReadOnlyList<int>> batches = [];
        List<ItemOutcome> told = [];
        await using PooledPipeline<int> pipeline = Build(batches, new FakeTimeProvider(), size: 7, maxWait: null);
        await WriteAsync(pipeline, 0, 50);
        Task<PipelineReport> run = pipeline.RunAsync();
        await KeptAsync(pipeline, 1); // Taken several at a time, and kept together.
        await WriteTrackedAsync(50, 20);
        await WriteAsync(pipeline, 70, 4);
        pipeline.Writer.Complete();

        PipelineReport report = await run;

        report.ShouldBalance();
        batches.SelectMany(batch => batch).Should().Equal(Enumerable.Range(0, 74));
        batches.SkipLast(1).Should().OnlyContain(batch => batch.Count == 7);
        told.Should().Equal(Enumerable.Repeat(ItemOutcome.Completed, 20));

        async Task WriteTrackedAsync(int first, int count)
        {
            foreach (int item in Enumerable.Range(first, count))
            {
                await pipeline.Writer.WriteTrackedAsync(item, outcome =>
                {
                    lock (told)
                    {
                        told.Add(outcome);
                    }
                });
            }
        }
    }

    [GuardedFact]
    public async Task Batch_ClockThrowsOnceAndTheItemIsSkipped_TheOthersGoOnInTime()
    {
        const int Items = 20_000; // By then the worker takes several at a time.
        BrokenClock clock = new() { BreaksAt = 1 + (Items / 10) + 1 }; // Asked by the start, and by the first item of each batch.
        List<IReadOnlyList<int>> batches = [];
        await using PooledPipeline<int> pipeline = Build(
            batches, clock, size: 10, TimeSpan.FromSeconds(10), stage => stage.OnFailure.Skip());
        Task<PipelineReport> run = pipeline.RunAsync();
        await WriteAsync(pipeline, 0, Items + 7);
        await KeptAsync(pipeline, 6);

        clock.Advance(TimeSpan.FromSeconds(10));

        await CountAsync(batches, (Items / 10) + 1);
        batches[^1].Should().Equal(Enumerable.Range(Items + 1, 6));
        pipeline.Writer.Complete();
        PipelineReport report = await run;
        report.ShouldBalance();
        report.Failures.Should().ContainSingle().Which.Item.Should().Be(Items);
    }

    [GuardedFact]
    public async Task Batch_ClockThrows_IsAFaultOfTheStageAndTheRunEnds()
    {
        BrokenClock clock = new();
        List<IReadOnlyList<int>> batches = [];
        await using PooledPipeline<int> pipeline = Build(batches, clock, size: 3, maxWait: TimeSpan.FromSeconds(10));
        Task<PipelineReport> run = pipeline.RunAsync();
        clock.IsBroken = true;

        await pipeline.Writer.WriteAsync(1);

        PipelineException thrown = (await FluentActions.Awaiting(() => run).Should().ThrowAsync<PipelineException>()).Which;
        thrown.Faults[0].Stage.Should().Be("batch");
        thrown.InnerException!.Message.Should().Be("clock");
        thrown.Report.ShouldBalance();
    }

    [GuardedFact]
    public async Task Batch_MoreThanTheNextStageTakes_HoldsTheSourceBack()
    {
        Gate gate = new();
        int produced = 0;
        await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(capacity: 16)
            .Produce(Endless())
            .Batch(4)
            .Consume(async (_, token) => await gate.PassAsync(token), stage => stage.Capacity = 2)
            .Build();
        await pipeline.StartAsync();
        await gate.Arrived;
        await KeptAsync(pipeline, 0, when: () => Books(pipeline).Waiting >= 16); // The batch stage takes no more, and then the source.

        int held = Volatile.Read(ref produced); // Before the stop, which closes the last stage first.
        PipelineReport report = await pipeline.StopAsync(StopMode.Abort);

        report.ShouldBalance();
        held.Should().BeLessThan(100);

        IEnumerable<int> Endless()
        {
            while (true)
            {
                yield return Interlocked.Increment(ref produced);
            }
        }
    }
}
