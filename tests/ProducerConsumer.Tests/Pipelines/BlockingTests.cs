namespace ProducerConsumer.Tests;

/// <summary>
/// While a worker is free, no accepted item depends on the return of another item's handler or of a source: not after
/// thousands of fast items either, when workers and sources have become used to taking many at once. Runs alone: its
/// delegates block threads of the pool.
/// </summary>
[CollectionDefinition(nameof(BlockingTests), DisableParallelization = true)]
[Collection(nameof(BlockingTests))]
public sealed class BlockingTests
{
    private const int Capacity = 1024;

    public static TheoryData<BlockingSource, int> SourcesAndWorkers
    {
        get
        {
            TheoryData<BlockingSource, int> data = [];
            foreach (BlockingSource source in Enum.GetValues<BlockingSource>())
            {
                data.Add(source, 1);
                data.Add(source, 4);
            }

            return data;
        }
    }

    /// <param name="pull">Whether the pipeline pulls the items or the test pushes them.</param>
    /// <param name="blocked">How many items block, one behind the other.</param>
    /// <param name="behind">How many fast items follow, so that the blocking ones are in the middle of a crowd.</param>
    [GuardedTheory]
    [InlineData(true, 4, 0)]
    [InlineData(false, 4, 0)]
    [InlineData(true, 40, 0)]
    [InlineData(false, 40, 0)]
    [InlineData(true, 4, 5_000)]
    [InlineData(false, 4, 5_000)]
    public async Task Handlers_BlockUntilFourHaveCome_Meet(bool pull, int blocked, int behind)
    {
        const int Fast = 100_000;
        const int Workers = 4;
        using ThreadRoom room = new(2 * Workers);
        using Barrier barrier = new(Workers);
        CancellationToken hang = TestContext.Current.CancellationToken;
        PipelineBuilder<int> builder = PooledPipeline.CreateBuilder<int>(Capacity);
        IEnumerable<int> items = Enumerable.Range(0, Fast + blocked + behind);
        await using PooledPipeline<int> pipeline = (pull ? builder.Produce(items) : builder)
            .Consume(Handle, maxWorkers: Workers)
            .Build();
        Task<PipelineReport> run = pipeline.RunAsync();
        if (!pull)
        {
            foreach (int item in items)
            {
                await pipeline.Writer.WriteAsync(item, hang);
            }

            pipeline.Writer.Complete();
        }

        (await run).Consumers().Completed.Should().Be(Fast + blocked + behind);
        barrier.CurrentPhaseNumber.Should().Be(blocked / Workers);

        ValueTask Handle(int item, CancellationToken cancellationToken)
        {
            if (item >= Fast && item < Fast + blocked)
            {
                barrier.SignalAndWait(hang);
            }

            return default;
        }
    }

    [GuardedTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Handler_WaitsForThoseBehindIt_TheyAreHandled(bool blocks)
    {
        const int Fast = 100_000;
        const int Behind = 200;
        using ThreadRoom room = new(4);
        CancellationToken hang = TestContext.Current.CancellationToken;
        Gate behind = new(expected: Behind);
        await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(Capacity)
            .Produce(Enumerable.Range(0, Fast + 1 + Behind))
            .Consume(HandleAsync, maxWorkers: 2)
            .Build();

        (await pipeline.RunAsync()).Consumers().Completed.Should().Be(Fast + 1 + Behind);

        ValueTask HandleAsync(int item, CancellationToken cancellationToken)
        {
            if (item > Fast)
            {
                behind.Arrive();
            }
            else if (item == Fast)
            {
                if (!blocks)
                {
                    return new ValueTask(behind.Arrived);
                }

                behind.Arrived.Wait(hang);
            }

            return default;
        }
    }

    [GuardedTheory]
    [MemberData(nameof(SourcesAndWorkers))]
    public async Task Source_WaitsUntilItsItemWasHandled_GoesOn(BlockingSource source, int workers)
    {
        using ThreadRoom room = new(workers + 3);
        ObedientSource items = new(fast: 10_000, slow: 50, TestContext.Current.CancellationToken);
        await using PooledPipeline<int> pipeline = items.AddTo(PooledPipeline.CreateBuilder<int>(Capacity), source)
            .Consume(
                (item, _) =>
                {
                    items.Handle(item);
                    return default(ValueTask);
                },
                maxWorkers: workers)
            .Build();

        PipelineReport report = await pipeline.RunAsync();

        report.ShouldBalance();
        report.Consumers().Completed.Should().Be(10_050);
    }

    /// <summary>
    /// A source that does not return until its last item was handled holds that back in its batch, and writers keep the
    /// channel full all the time: the item gets its turn all the same.
    /// </summary>
    [GuardedFact]
    public async Task Source_WaitsUntilItsItemWasHandledAndWritersFillTheChannel_GoesOn()
    {
        const int Quick = 2_000;
        const int Writers = 20;
        using ThreadRoom room = new(Writers);
        using ManualResetEventSlim handled = new();
        CancellationToken hang = TestContext.Current.CancellationToken;
        await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(capacity: 128)
            .Produce(Pull())
            .Produce(Writers, async (writer, token) =>
            {
                while (!handled.IsSet)
                {
                    await writer.WriteAsync(-1, token);
                }
            })
            .Consume(
                async (item, _) =>
                {
                    await Task.Yield();
                    if (item == Quick - 1)
                    {
                        handled.Set();
                    }
                },
                maxWorkers: 2)
            .Build();

        PipelineReport report = await pipeline.RunAsync(hang);

        report.ShouldBalance();
        report.Stages[0].Emitted.Should().Be(Quick);

        IEnumerable<int> Pull()
        {
            for (int item = 0; item < Quick; item++)
            {
                yield return item;
            }

            handled.Wait(hang);
        }
    }

    /// <summary>
    /// While handlers are quick, a writer rests until there is room for many items. A handler that waits for that writer
    /// does not wait for ever.
    /// </summary>
    [GuardedFact]
    public async Task Handler_WaitsForTheWriterOfItsItem_TheWriterIsResumed()
    {
        const int BlockSize = 100;
        const int Blocks = 2_000;
        using ThreadRoom room = new(3);
        CancellationToken hang = TestContext.Current.CancellationToken;
        using SemaphoreSlim answered = new(0);
        int blocksHandled = 0;
        await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(Capacity)
            .Consume((item, _) =>
            {
                // All of the item's block is in, so that its write is done.
                if (item % BlockSize == BlockSize - 1 && ++blocksHandled % 100 > 0)
                {
                    answered.Wait(hang);
                }

                return default(ValueTask);
            })
            .Build();
        Task<PipelineReport> run = pipeline.RunAsync(hang);
        int[] block = [.. Enumerable.Range(0, BlockSize)];
        for (int i = 0; i < Blocks; i++)
        {
            (await pipeline.Writer.WriteManyAsync(block, hang)).Should().Be(BlockSize);
            answered.Release();
        }

        pipeline.Writer.Complete();
        (await run).Consumers().Completed.Should().Be(Blocks * BlockSize);
    }

    /// <summary>As many threads as a test blocks, and some more, without waiting until the pool adds them by itself.</summary>
    private sealed class ThreadRoom : IDisposable
    {
        private readonly int _workers;
        private readonly int _io;

        public ThreadRoom(int threads)
        {
            ThreadPool.GetMinThreads(out _workers, out _io);
            ThreadPool.SetMinThreads(_workers + threads, _io).Should().BeTrue();
        }

        public void Dispose() => ThreadPool.SetMinThreads(_workers, _io);
    }
}
