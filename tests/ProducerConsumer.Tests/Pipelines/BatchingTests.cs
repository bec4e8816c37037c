using System.Collections.Concurrent;

namespace ProducerConsumer.Tests;

/// <summary>What workers and sources take ahead, and that it shows nowhere but in the speed.</summary>
public sealed class BatchingTests
{
    [GuardedTheory]
    [InlineData(0)]
    [InlineData(1025)]
    [InlineData(-1)]
    public async Task MaxBatch_OutOfRange_NamesTheValueAndTheRemedy(int value)
    {
        Action configure = () => PooledPipeline.CreateBuilder<int>().Consume((_, _) => default(ValueTask), stage => stage.MaxBatch = value);
        configure.Should().Throw<ArgumentOutOfRangeException>().WithMessage($"*MaxBatch is {value}*Give 1*");
        await Task.CompletedTask;
    }

    [GuardedTheory]
    [InlineData(1, 8, 1)]
    [InlineData(4, 64, 3)]
    public async Task MaxBatchOne_HandlersBlock_AcceptsExactlyTheCapacityAndOneInEachHand(int workers, int capacity, int sources)
    {
        const int Quick = 5_000;
        using ManualResetEventSlim release = new();
        ThreadPool.GetMinThreads(out int threads, out int ports);
        ThreadPool.SetMinThreads(threads + workers, ports);
        try
        {
            Gate blocked = new(expected: workers);
            int begun = 0;
            PipelineBuilder<int> builder = PooledPipeline.CreateBuilder<int>(capacity);
            for (int source = 0; source < sources; source++)
            {
                builder = builder.Produce(Enumerable.Range(0, int.MaxValue));
            }

            await using PooledPipeline<int> pipeline = builder
                .Consume(
                    (_, _) =>
                    {
                        if (Interlocked.Increment(ref begun) > Quick)
                        {
                            blocked.Arrive();
                            release.Wait(TestContext.Current.CancellationToken);
                        }

                        return default(ValueTask);
                    },
                    stage =>
                    {
                        stage.MaxWorkers = workers;
                        stage.MaxBatch = 1;
                    })
                .Build();
            await pipeline.StartAsync();
            await blocked.Arrived;
            Task<PipelineReport> stop = pipeline.StopAsync(StopMode.Abort);
            release.Set();

            PipelineReport report = await stop;
            report.ShouldBalance();
            report.Consumers().Undelivered.Count(item => !item.Started).Should().BeLessThanOrEqualTo(capacity + sources);
        }
        finally
        {
            ThreadPool.SetMinThreads(threads, ports);
        }
    }

    [GuardedFact]
    public async Task Abort_WorkersHoldBatches_HandsBackWhatTheyDidNotStartOldestFirst()
    {
        const int Last = 20_000;
        using ManualResetEventSlim release = new();
        Gate blocked = new();
        List<int> handled = [];
        await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(capacity: 256)
            .Produce(Enumerable.Range(0, int.MaxValue))
            .Consume((item, _) =>
            {
                handled.Add(item);
                if (item == Last)
                {
                    blocked.Arrive();
                    release.Wait(TestContext.Current.CancellationToken);
                }

                return default(ValueTask);
            })
            .Build();
        await pipeline.StartAsync();
        await blocked.Arrived;
        Task<PipelineReport> stop = pipeline.StopAsync(StopMode.Abort);
        release.Set();

        PipelineReport report = await stop;
        report.ShouldBalance();
        handled.Should().Equal(Enumerable.Range(0, Last + 1), "nothing starts after an abort");
        report.UndeliveredItems<int>().Should().Equal(Enumerable.Range(Last + 1, report.Consumers().Undelivered.Count));
    }

    [GuardedFact]
    public async Task Abandoned_WorkersHoldBatches_ListsTheOneInFlightAndHandsBackTheOthers()
    {
        const int Last = 20_000;
        using ManualResetEventSlim release = new();
        Gate blocked = new();
        await using PooledPipeline<int> pipeline = PooledPipeline
            .CreateBuilder<int>(capacity: 256, configure: options => options.AbortTimeout = TimeSpan.Zero)
            .Produce(Enumerable.Range(0, int.MaxValue))
            .Consume((item, _) =>
            {
                if (item == Last)
                {
                    blocked.Arrive();
                    release.Wait(TestContext.Current.CancellationToken);
                }

                return default(ValueTask);
            })
            .Build();
        await pipeline.StartAsync();
        await blocked.Arrived;

        PipelineReport report = await pipeline.StopAsync(StopMode.Abort);

        report.Outcome.Should().Be(PipelineOutcome.Abandoned);
        report.ShouldBalance();
        report.Consumers().Completed.Should().Be(Last);
        report.Consumers().InFlightItems.Should().ContainSingle().Which.Item.Should().Be(Last);
        report.UndeliveredItems<int>().Should().Equal(Enumerable.Range(Last + 1, report.Consumers().Undelivered.Count));
        release.Set();
        await pipeline.Run.WorkersEnded;
    }

    [GuardedFact]
    public async Task Handler_ThrowsInTheMiddleOfABatch_FailsThatItemAndHandsBackTheOthers()
    {
        const int Faulty = 20_000;
        ConcurrentQueue<int> handled = [];
        PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(capacity: 256)
            .Produce(Enumerable.Range(0, int.MaxValue))
            .Consume(
                (item, _) =>
                {
                    handled.Enqueue(item);
                    return item == Faulty ? throw new InvalidOperationException("root") : default(ValueTask);
                },
                maxWorkers: 3)
            .Build();

        PipelineException thrown = (await FluentActions.Awaiting(() => pipeline.RunAsync()).Should().ThrowAsync<PipelineException>()).Which;

        thrown.Faults.Should().ContainSingle().Which.Item.Should().Be(Faulty);
        thrown.Report.ShouldBalance();
        thrown.Report.ShouldAccountFor(handled.Where(item => item != Faulty), [Faulty]);
    }
}
