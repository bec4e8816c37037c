using Microsoft.Extensions.Time.Testing;

namespace ProducerConsumer.Tests;

/// <summary>Batches: full, or as old as allowed, or the last; never empty, and together what came in.</summary>
public sealed class BatchTests
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
        await KeptAsync(pipeline, 0, when: () => Volatile.Read(ref produced) > 20);

        PipelineReport report = await pipeline.StopAsync(StopMode.Abort);

        report.ShouldBalance();
        produced.Should().BeLessThan(100);

        IEnumerable<int> Endless()
        {
            while (true)
            {
                yield return Interlocked.Increment(ref produced);
            }
        }
    }

    private static PooledPipeline<int> Build(List<IReadOnlyList<int>> batches, TimeProvider clock, int size, TimeSpan? maxWait) =>
        PooledPipeline.CreateBuilder<int>(capacity: 64, configure: options => options.TimeProvider = clock)
            .Batch(size, maxWait)
            .Consume((batch, _) =>
            {
                lock (batches)
                {
                    batches.Add(batch);
                }

                return default;
            })
            .Build();

    private static async Task WriteAsync(PooledPipeline<int> pipeline, int first, int count)
    {
        foreach (int item in Enumerable.Range(first, count))
        {
            await pipeline.Writer.WriteAsync(item);
        }
    }

    /// <summary>Waits until the worker of the batch keeps that many items, of all that came, and has nothing else to do.</summary>
    private static async Task KeptAsync(PooledPipeline<int> pipeline, int count, Func<bool>? when = null)
    {
        while (when is null ? Books(pipeline) is not { Waiting: 0, Workers: 0 } books || books.InFlight != count : !when())
        {
            await Task.Yield();
        }
    }

    /// <summary>Waits until nobody is at work: whatever a timer set off has had its effect.</summary>
    private static async Task SettleAsync(PooledPipeline<int> pipeline)
    {
        for (int i = 0; i < 100; i++)
        {
            await Task.Yield();
        }

        while (pipeline.Run.Stages.Any(stage => stage.Pool.Active_NeedsLock > 0))
        {
            await Task.Yield();
        }
    }

    private static StageBooks Books(PooledPipeline<int> pipeline) =>
        ((BufferedStage<int>)pipeline.Run.Stages.Single(stage => stage.Name == "batch")).Buffer.ReadBooks("");

    private static async Task CountAsync(List<IReadOnlyList<int>> batches, int count)
    {
        while (true)
        {
            lock (batches)
            {
                if (batches.Count == count)
                {
                    return;
                }
            }

            await Task.Yield();
        }
    }

    private sealed class BrokenClock : FakeTimeProvider
    {
        public volatile bool IsBroken;

        public override long GetTimestamp() => IsBroken ? throw new InvalidOperationException("clock") : base.GetTimestamp();
    }
}
