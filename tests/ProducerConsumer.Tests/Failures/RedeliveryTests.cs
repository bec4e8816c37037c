using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;

namespace ProducerConsumer.Tests;

/// <summary>Items that fail and come back: without a worker, with their place, and never lost.</summary>
public sealed class RedeliveryTests
{
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(10);

    private readonly FakeTimeProvider _clock = new();
    private readonly ConcurrentDictionary<int, int> _calls = new();
    private readonly ConcurrentQueue<int> _handled = [];

    [GuardedTheory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task Redeliver_FailsTwice_IsHandledTheThirdTime(int workers)
    {
        await using PooledPipeline<int> pipeline = Build(item => item % 5 == 0 && _calls[item] < 3, attempts: 3, workers);
        await WriteAsync(pipeline, 20);
        pipeline.Writer.Complete();

        PipelineReport report = await AdvanceUntilAsync(pipeline.RunAsync());

        report.ShouldBalance();
        report.Consumers().Completed.Should().Be(20);
        _handled.Should().BeEquivalentTo(Enumerable.Range(0, 20));
        _calls.Should().OnlyContain(call => call.Value == (call.Key % 5 == 0 ? 3 : 1));
        report.FailureCount.Should().Be(0);
    }

    [GuardedFact]
    public async Task Redeliver_AttemptsAreUsedUp_LeavesTheRestToThePolicy()
    {
        List<ItemFailure> letters = [];
        await using PooledPipeline<int> pipeline = Build(
            item => item == 1,
            attempts: 3,
            configure: policy => policy.DeadLetter((_, failure, _) =>
            {
                letters.Add(failure);
                return default(ValueTask);
            }));
        await WriteAsync(pipeline, 3);
        pipeline.Writer.Complete();

        PipelineReport report = await AdvanceUntilAsync(pipeline.RunAsync());

        report.ShouldBalance();
        (report.Consumers().Completed, report.Consumers().DeadLettered).Should().Be((2, 1));
        letters.Should().ContainSingle().Which.Attempt.Should().Be(3);
        _calls[1].Should().Be(3);
    }

    /// <summary>The one worker goes on with others, and the item is back when its time has come and not before.</summary>
    [GuardedFact]
    public async Task Redeliver_WhileItWaits_HoldsNoWorker()
    {
        await using PooledPipeline<int> pipeline = Build(item => item == 0 && _calls[item] == 1, attempts: 2);
        await pipeline.StartAsync();
        await WriteAsync(pipeline, 10);
        await HandledAsync(9);
        _handled.Should().Equal(1, 2, 3, 4, 5, 6, 7, 8, 9);

        _clock.Advance(Delay / 2.01);
        await IdleAsync(pipeline);
        _handled.Should().HaveCount(9);
        _clock.Advance(Delay);
        await HandledAsync(10);

        (await pipeline.StopAsync()).Consumers().Completed.Should().Be(10);
    }

    [GuardedFact]
    public async Task Redeliver_WhileItWaits_KeepsItsPlaceInTheCapacity()
    {
        Gate gate = new();
        await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(capacity: 4, configure: options => options.TimeProvider = _clock)
            .Consume(
                async (item, token) =>
                {
                    if (item < 3)
                    {
                        throw new InvalidOperationException("boom");
                    }

                    await gate.PassAsync(token);
                },
                stage => stage.OnFailure.Redeliver(2, Delay))
            .Build();
        await pipeline.StartAsync();
        await WriteAsync(pipeline, 4);
        await gate.Arrived;

        pipeline.Writer.TryWrite(4).Should().BeTrue();
        pipeline.Writer.TryWrite(5).Should().BeFalse("three of four places are kept for those that come back");
        ValueTask parked = pipeline.Writer.WriteAsync(5);
        PipelineReport report = await pipeline.StopAsync(StopMode.Abort);

        await FluentActions.Awaiting(() => parked.AsTask()).Should().ThrowAsync<System.Threading.Channels.ChannelClosedException>();
        report.ShouldBalance();
        report.Consumers().Undelivered.Select(entry => (entry.Item, entry.Attempts, entry.Started)).Should().BeEquivalentTo(
            [(0, 1, true), (1, 1, true), (2, 1, true), (3, 1, true), ((object?)4, 0, false)]);
    }

    [GuardedFact]
    public async Task Redeliver_PlacesAreFree_ParkedWritesGoOn()
    {
        await using PooledPipeline<int> pipeline = Build(item => item < 4 && _calls[item] == 1, attempts: 2, capacity: 4);
        await pipeline.StartAsync();
        Task writing = WriteAsync(pipeline, 50);
        pipeline.Writer.TryComplete().Should().BeTrue();
        await Task.WhenAny(writing);
        int written = _calls.Count;
        PipelineReport report = await AdvanceUntilAsync(pipeline.Completion);
        report.ShouldBalance();
        report.Consumers().Completed.Should().Be(report.Consumers().Accepted);
        written.Should().BeLessThanOrEqualTo((int)report.Consumers().Accepted);
    }

    [GuardedFact]
    public async Task Drain_ItemsWait_AreHandledFirst()
    {
        await using PooledPipeline<int> pipeline = Build(item => item < 3 && _calls[item] < 3, attempts: 3);
        await pipeline.StartAsync();
        await WriteAsync(pipeline, 5);
        await HandledAsync(2);

        Task<PipelineReport> stop = pipeline.StopAsync(StopMode.Drain);
        await IdleAsync(pipeline);
        stop.IsCompleted.Should().BeFalse();
        PipelineReport report = await AdvanceUntilAsync(stop);

        report.ShouldBalance();
        report.Outcome.Should().Be(PipelineOutcome.Drained);
        report.Consumers().Completed.Should().Be(5);
    }

    [GuardedFact]
    public async Task Abort_ItemsWait_HandsThemBackWithTheirAttempts()
    {
        ConcurrentDictionary<int, ItemOutcome> outcomes = new();
        await using PooledPipeline<int> pipeline = Build(item => item < 3, attempts: 9, workers: 2);
        await pipeline.StartAsync();
        for (int i = 0; i < 5; i++)
        {
            int item = i;
            await pipeline.Writer.WriteTrackedAsync(item, outcome => outcomes[item] = outcome);
        }

        await HandledAsync(2);
        await IdleAsync(pipeline);
        PipelineReport report = await pipeline.StopAsync(StopMode.Abort);

        report.ShouldBalance();
        report.Consumers().Undelivered.Select(entry => entry.Item).Should().BeEquivalentTo([0, 1, 2]);
        report.Consumers().Undelivered.Should().OnlyContain(entry => entry.Attempts == 1 && entry.Started);
        outcomes.Should().BeEquivalentTo(new Dictionary<int, ItemOutcome>
        {
            [0] = ItemOutcome.Undelivered,
            [1] = ItemOutcome.Undelivered,
            [2] = ItemOutcome.Undelivered,
            [3] = ItemOutcome.Completed,
            [4] = ItemOutcome.Completed,
        });
        _clock.Advance(TimeSpan.FromDays(1)); // The timers that are left find nothing to do.
    }

    [GuardedFact]
    public async Task Fault_ItemsWait_HandsThemBack()
    {
        await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(configure: options => options.TimeProvider = _clock)
            .Transform<int>((item, _) => item < 3 ? throw new InvalidOperationException("again") : new ValueTask<int>(item), stage => stage.OnFailure.Redeliver(5, Delay))
            .Consume((_, _) => throw new InvalidOperationException("root"))
            .Build();
        Task<PipelineReport> run = pipeline.RunAsync();
        await WriteAsync(pipeline, 4);

        PipelineException thrown = (await FluentActions.Awaiting(() => run).Should().ThrowAsync<PipelineException>()).Which;

        thrown.InnerException!.Message.Should().Be("root");
        thrown.Report.ShouldBalance();
        thrown.Report.Stages[0].Undelivered.Select(entry => entry.Item).Should().BeEquivalentTo([0, 1, 2]);
    }

    [GuardedFact]
    public async Task Redeliver_ClockThrows_ComesBackAtOnce()
    {
        BrokenClock clock = new();
        await using PooledPipeline<int> pipeline = Build(item => _calls[item] < 3, attempts: 3, clock: clock);
        await pipeline.StartAsync();
        clock.IsBroken = true;
        await WriteAsync(pipeline, 2);
        await HandledAsync(2);
        clock.IsBroken = false;

        PipelineReport report = await pipeline.StopAsync();

        report.Consumers().Completed.Should().Be(2);
        report.Failures.Should().OnlyContain(failure => failure.Exception.Message == "clock");
    }

    [GuardedFact]
    public async Task Abort_ItemsWait_LeavesNoTimerBehind()
    {
        CountingClock clock = new();
        await using PooledPipeline<int> pipeline = Build(_ => true, attempts: 9, clock: clock);
        await pipeline.StartAsync();
        await WriteAsync(pipeline, 20);
        while (clock.Live < 20)
        {
            await Task.Yield();
        }

        (await pipeline.StopAsync(StopMode.Abort)).ShouldBalance();

        clock.Live.Should().Be(0);
    }

    /// <summary>Tracked, through several stages of which each fails now and then: told once, when all is done.</summary>
    [GuardedFact]
    public async Task Redeliver_InEveryStage_SettlesEachItemOnce()
    {
        ConcurrentDictionary<int, ItemOutcome> outcomes = new();
        PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(capacity: 8)
            .Produce(1, async (writer, token) =>
            {
                for (int i = 0; i < 300; i++)
                {
                    int item = i;
                    await writer.WriteTrackedAsync(item, outcome => outcomes.TryAdd(item, outcome).Should().BeTrue(), token);
                }
            })
            .Transform(async (item, _) =>
            {
                await Task.Yield();
                return Flaky(item, 0);
            }, stage => Often(stage, workers: 3))
            .Select(item => Flaky(item, 1000), stage => Often(stage, workers: 2))
            .Batch(4)
            .Consume((batch, _) =>
            {
                Flaky(batch[0], 2000);
                return default;
            }, stage => Often(stage, workers: 2))
            .Build();

        PipelineReport report = await pipeline.RunAsync();

        report.ShouldBalance();
        outcomes.Should().HaveCount(300).And.OnlyContain(outcome => outcome.Value == ItemOutcome.Completed);

        int Flaky(int item, int place) =>
            _calls.AddOrUpdate(item + place, 1, (_, calls) => calls + 1) < 1 + (item % 3) ? throw new InvalidOperationException("again") : item;

        static void Often<T>(StageOptions<T> stage, int workers)
        {
            stage.MaxWorkers = workers;
            stage.OnFailure.Redeliver(4, TimeSpan.Zero);
        }
    }

    private PooledPipeline<int> Build(
        Func<int, bool> fails, int attempts, int workers = 1, int capacity = 64, Action<FailurePolicy<int>>? configure = null, TimeProvider? clock = null) =>
        PooledPipeline.CreateBuilder<int>(capacity, configure: options => options.TimeProvider = clock ?? _clock)
            .Consume(
                (item, _) =>
                {
                    _calls.AddOrUpdate(item, 1, static (_, calls) => calls + 1);
                    if (fails(item))
                    {
                        throw new InvalidOperationException("boom");
                    }

                    _handled.Enqueue(item);
                    return default(ValueTask);
                },
                stage =>
                {
                    stage.MaxWorkers = workers;
                    stage.OnFailure.Redeliver(attempts, Delay);
                    configure?.Invoke(stage.OnFailure);
                })
            .Build();

    private static async Task WriteAsync(PooledPipeline<int> pipeline, int count)
    {
        for (int item = 0; item < count; item++)
        {
            try
            {
                await pipeline.Writer.WriteAsync(item);
            }
            catch (System.Threading.Channels.ChannelClosedException)
            {
                return;
            }
        }
    }

    private async Task HandledAsync(int count)
    {
        while (_handled.Count < count)
        {
            await Task.Yield();
        }
    }

    /// <summary>Waits until no worker is at work.</summary>
    private static async Task IdleAsync(PooledPipeline<int> pipeline)
    {
        while (pipeline.Run.Stages.Any(stage => stage.ReadBooks().Workers > 0))
        {
            await Task.Yield();
        }
    }

    private async Task<PipelineReport> AdvanceUntilAsync(Task<PipelineReport> end)
    {
        while (!end.IsCompleted)
        {
            _clock.Advance(Delay);
            await Task.Yield();
        }

        return await end;
    }

    /// <summary>Counts the timers that were made and not disposed.</summary>
    private sealed class CountingClock : FakeTimeProvider
    {
        private int _live;

        public int Live => Volatile.Read(ref _live);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Interlocked.Increment(ref _live);
            return new Counted(this, base.CreateTimer(callback, state, dueTime, period));
        }

        private sealed class Counted(CountingClock clock, ITimer timer) : ITimer
        {
            private int _isDisposed;

            public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(dueTime, period);

            public void Dispose()
            {
                timer.Dispose();
                if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
                {
                    Interlocked.Decrement(ref clock._live);
                }
            }

            public ValueTask DisposeAsync()
            {
                Dispose();
                return default;
            }
        }
    }

    private sealed class BrokenClock : FakeTimeProvider
    {
        public volatile bool IsBroken;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            IsBroken ? throw new InvalidOperationException("clock") : base.CreateTimer(callback, state, dueTime, period);
    }
}
