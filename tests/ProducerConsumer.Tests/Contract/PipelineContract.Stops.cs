using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;

namespace ProducerConsumer.Tests;

public abstract partial class PipelineContract
{
    [GuardedTheory]
    [MemberData(nameof(Shapes))]
    public async Task StopDrain_EndlessProducers_HandlesEverythingAccepted(int capacity, int producers, int consumers)
    {
        ConcurrentQueue<int> handled = [];
        Gate gate = new(expected: consumers);
        Subject subject = Create(
            new Feed { Producers = producers },
            async (item, _) =>
            {
                await gate.PassAsync();
                handled.Enqueue(item);
            },
            capacity,
            consumers);

        await subject.StartAsync();
        await gate.Arrived;
        Task<PipelineReport> stop = subject.Pipeline.StopAsync(StopMode.Drain);
        gate.Open();
        PipelineReport report = await stop;

        await subject.EndAsync();
        report.Outcome.Should().Be(PipelineOutcome.Drained);
        report.Consumers().Undelivered.Should().BeEmpty();
        report.Consumers().Completed.Should().Be(report.Consumers().Accepted);
        report.ShouldAccountFor(handled);
    }

    [GuardedTheory]
    [MemberData(nameof(Shapes))]
    public async Task StopAbort_EndlessProducers_HandsBackWhatWasNotFinished(int capacity, int producers, int consumers)
    {
        ConcurrentQueue<int> handled = [];
        Gate gate = new(expected: consumers);
        Subject subject = Create(
            new Feed { Producers = producers },
            async (item, token) =>
            {
                await gate.PassAsync(token);
                handled.Enqueue(item);
            },
            capacity,
            consumers);

        await subject.StartAsync();
        await gate.Arrived;
        await subject.BufferFullAsync();
        PipelineReport report = await subject.Pipeline.StopAsync(StopMode.Abort);

        await subject.EndAsync();
        report.Outcome.Should().Be(PipelineOutcome.Aborted);
        handled.Should().BeEmpty();
        report.Consumers().Undelivered.Count(entry => entry.Started).Should().Be(consumers);
        report.Consumers().Undelivered.Should().OnlyContain(entry => entry.Attempts == (entry.Started ? 1 : 0));
        report.ShouldAccountFor(handled);
        (await subject.Pipeline.Completion).Should().BeSameAs(report);
    }

    [GuardedTheory]
    [MemberData(nameof(Shapes))]
    public async Task RunToken_Cancelled_EndsWithThatTokenAndAccountsForEveryItem(int capacity, int producers, int consumers)
    {
        ConcurrentQueue<int> handled = [];
        Gate gate = new(expected: consumers);
        using CancellationTokenSource cancellation = new();
        Subject subject = Create(
            new Feed { Producers = producers },
            async (item, token) =>
            {
                if (item % 2 == 0)
                {
                    await gate.PassAsync(token);
                }
                else
                {
                    await gate.PassAsync();
                }

                handled.Enqueue(item);
            },
            capacity,
            consumers);

        Task<PipelineReport> run = subject.RunAsync(cancellation.Token);
        await gate.Arrived;
        await cancellation.CancelAsync();
        gate.Open();

        OperationCanceledException thrown =
            (await FluentActions.Awaiting(() => run).Should().ThrowAsync<OperationCanceledException>()).Which;
        PipelineReport report = await subject.EndAsync();
        thrown.CancellationToken.Should().Be(cancellation.Token);
        report.Outcome.Should().Be(PipelineOutcome.Canceled);
        report.Faults.Should().BeEmpty();
        report.ShouldAccountFor(handled);
    }

    [GuardedFact]
    public async Task RunToken_CancelledBefore_StartsNothing()
    {
        int calls = 0;
        Subject subject = Create(
            new Feed { Items = 10 },
            (_, _) =>
            {
                calls++;
                return default;
            });

        Task<PipelineReport> run = subject.RunAsync(new CancellationToken(canceled: true));

        await FluentActions.Awaiting(() => run).Should().ThrowAsync<OperationCanceledException>();
        PipelineReport report = await subject.EndAsync();
        calls.Should().Be(0);
        report.Consumers().Accepted.Should().Be(0);
        report.Duration.Should().Be(TimeSpan.Zero);
    }

    [GuardedFact]
    public async Task RunToken_CancelledAfterTheEnd_ChangesNothing()
    {
        using CancellationTokenSource cancellation = new();
        Subject subject = Create(new Feed { Items = 10 }, (_, _) => default);

        PipelineReport report = await subject.RunAsync(cancellation.Token);
        await cancellation.CancelAsync();

        (await subject.EndAsync()).Should().BeSameAs(report);
        report.Outcome.Should().Be(PipelineOutcome.Completed);
        subject.Pipeline.Completion.Status.Should().Be(TaskStatus.RanToCompletion);
    }

    [GuardedTheory]
    [InlineData(StopMode.Drain)]
    [InlineData(StopMode.Abort)]
    public async Task Stop_BeforeTheStart_StartsNothing(StopMode mode)
    {
        int calls = 0;
        Subject subject = Create(
            new Feed { Items = 10 },
            (_, _) =>
            {
                calls++;
                return default;
            });

        PipelineReport report = await subject.Pipeline.StopAsync(mode);
        Task<PipelineReport> run = subject.RunAsync();

        (await run).Should().BeSameAs(report);
        (await subject.EndAsync()).Outcome.Should().Be(PipelineOutcome.Aborted);
        calls.Should().Be(0);
    }

    [GuardedFact]
    public async Task Stop_ManyAtOnce_ShareOneResult()
    {
        Gate gate = new(expected: 2);
        Subject subject = Create(new Feed { Producers = 4 }, async (_, token) => await gate.PassAsync(token), consumers: 2);
        await subject.StartAsync();
        await gate.Arrived;

        PipelineReport[] reports = await Task.WhenAll(Enumerable.Range(0, 32).Select(number => Task.Run(
            () => subject.Pipeline.StopAsync(number % 2 == 0 ? StopMode.Drain : StopMode.Abort))));

        PipelineReport report = await subject.EndAsync();
        reports.Should().OnlyContain(other => ReferenceEquals(other, report));
        report.Outcome.Should().Be(PipelineOutcome.Aborted);
        (await subject.Pipeline.StopAsync(StopMode.Drain)).Should().BeSameAs(report);
        (await subject.Pipeline.StopAsync(StopMode.Abort)).Should().BeSameAs(report);
    }

    [GuardedFact]
    public async Task StopToken_DuringADrain_MakesItAnAbort()
    {
        Gate gate = new();
        using CancellationTokenSource impatience = new();
        Subject subject = Create(new Feed { Producers = 2 }, async (_, token) => await gate.PassAsync(token));
        await subject.StartAsync();
        await gate.Arrived;

        Task<PipelineReport> stop = subject.Pipeline.StopAsync(StopMode.Drain, impatience.Token);
        stop.IsCompleted.Should().BeFalse();
        await impatience.CancelAsync();

        PipelineReport report = await stop;
        await subject.EndAsync();
        report.Outcome.Should().Be(PipelineOutcome.Aborted);
        report.Consumers().Undelivered.Should().NotBeEmpty();
    }

    [GuardedFact]
    public async Task Dispose_WhileRunning_AbortsAndThrowsNothing()
    {
        Gate gate = new();
        Subject subject = Create(new Feed { Producers = 3 }, async (_, token) => await gate.PassAsync(token));
        Task<PipelineReport> run = subject.RunAsync();
        await gate.Arrived;

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () => await subject.Pipeline.DisposeAsync())));
        await subject.Pipeline.DisposeAsync();

        await FluentActions.Awaiting(() => run).Should().ThrowAsync<OperationCanceledException>();
        (await subject.EndAsync()).Outcome.Should().Be(PipelineOutcome.Aborted);
    }

    [GuardedFact]
    public async Task Dispose_DuringADrain_AbortsIt()
    {
        Gate gate = new();
        Subject subject = Create(new Feed { Producers = 3 }, async (_, token) => await gate.PassAsync(token));
        await subject.StartAsync();
        await gate.Arrived;

        Task<PipelineReport> drain = subject.Pipeline.StopAsync(StopMode.Drain);
        await subject.Pipeline.DisposeAsync();

        (await drain).Should().BeSameAs(await subject.EndAsync());
        subject.Pipeline.Completion.IsCanceled.Should().BeTrue();
    }

    [GuardedFact]
    public async Task Dispose_BeforeTheStartAndAfterTheEnd_IsQuiet()
    {
        Subject unstarted = Create(new Feed { Items = 10 }, (_, _) => default);
        await unstarted.Pipeline.DisposeAsync();
        (await unstarted.EndAsync()).Outcome.Should().Be(PipelineOutcome.Aborted);
        unstarted.Pipeline.Completion.IsCanceled.Should().BeTrue();

        Subject ended = Create(new Feed { Items = 10 }, (_, _) => default);
        PipelineReport report = await ended.RunAsync();
        await ended.Pipeline.DisposeAsync();
        (await ended.EndAsync()).Should().BeSameAs(report);
    }

    [GuardedFact]
    public async Task Abort_EveryWorkerInsideACall_BeginsNoFurtherCall()
    {
        const int Consumers = 8;
        int begun = 0;
        int stopped = 0;
        Gate gate = new(Consumers);
        Subject subject = Create(
            new Feed { Producers = 4 },
            async (_, _) =>
            {
                if (Volatile.Read(ref stopped) != 0)
                {
                    Interlocked.Increment(ref begun);
                }

                await gate.PassAsync();
            },
            capacity: 64,
            consumers: Consumers);
        await subject.StartAsync();
        await gate.Arrived;

        subject.Pipeline.RequestStop(StopMode.Abort);
        Volatile.Write(ref stopped, 1);
        gate.Open();

        await subject.EndAsync();
        begun.Should().Be(0, "every worker was inside a call when the stop came");
    }

    [GuardedFact]
    public async Task Abort_HandlerReturnsNormallyAfterwards_ItsItemIsCompleted()
    {
        Gate gate = new();
        Subject subject = Create(new Feed { Items = 5 }, async (_, _) => await gate.PassAsync());
        await subject.StartAsync();
        await gate.Arrived;

        subject.Pipeline.RequestStop(StopMode.Abort);
        gate.Open();

        PipelineReport report = await subject.EndAsync();
        report.Consumers().Completed.Should().Be(1);
        report.Consumers().Undelivered.Should().NotContain(entry => entry.Started);
    }

    [GuardedFact]
    public async Task Abort_HandlerIgnoresItsToken_EndsAbandonedAfterTheTimeoutAndSettlesLater()
    {
        FakeTimeProvider clock = new();
        Gate gate = new(expected: 2);
        Subject subject = Create(
            new Feed { Producers = 2 },
            async (_, _) => await gate.PassAsync(),
            consumers: 2,
            configure: options =>
            {
                options.TimeProvider = clock;
                options.AbortTimeout = TimeSpan.FromSeconds(7);
            });
        await subject.StartAsync();
        await gate.Arrived;
        Task<PipelineReport> stop = subject.Pipeline.StopAsync(StopMode.Abort);
        while (subject.Pipeline.Run.Stages.SkipLast(1).Any(stage => stage.ReadBooks().Workers > 0))
        {
            await Task.Yield(); // Whoever has an item on its way hands it back; seconds are enough for that.
        }

        clock.Advance(TimeSpan.FromSeconds(6.9));
        stop.IsCompleted.Should().BeFalse();
        clock.Advance(TimeSpan.FromSeconds(0.1));

        PipelineReport report = await stop;
        await subject.EndAsync();
        report.Outcome.Should().Be(PipelineOutcome.Abandoned);
        report.Duration.Should().Be(TimeSpan.FromSeconds(7));
        report.Consumers().InFlight.Should().Be(2);
        report.Consumers().AbandonedWorkers.Should().Be(2);
        report.ShouldAccountFor([]);

        gate.Open();
        await subject.Pipeline.Run.WorkersEnded;
        while (ReferenceEquals(subject.Pipeline.Report, report))
        {
            await Task.Yield();
        }

        PipelineReport settled = subject.Pipeline.Report!;
        CheckBalance(settled);
        settled.Outcome.Should().Be(PipelineOutcome.Abandoned);
        settled.Consumers().InFlight.Should().Be(0);
        settled.Consumers().Completed.Should().Be(2);
    }

    [GuardedFact]
    public async Task Stop_CancellationCallbackThrows_IsRecordedAndTheRunEnds()
    {
        Gate gate = new();
        Subject subject = Create(
            new Feed { Items = 3 },
            async (_, token) =>
            {
                token.Register(() => throw new InvalidOperationException("callback"));
                await gate.PassAsync(token);
            });
        await subject.StartAsync();
        await gate.Arrived;

        PipelineReport report = await subject.Pipeline.StopAsync(StopMode.Abort);

        await subject.EndAsync();
        report.Outcome.Should().Be(PipelineOutcome.Aborted);
        report.FailureCount.Should().Be(1);
        report.Failures.Should().ContainSingle().Which.Exception.Message.Should().Be("callback");
    }

    [GuardedFact]
    public async Task Stop_CancellationCallbackBlocks_DelaysOnlyTheEnd()
    {
        Gate gate = new();
        using ManualResetEventSlim blocked = new();
        using ManualResetEventSlim release = new();
        Subject subject = Create(
            new Feed { Items = 3 },
            async (_, token) =>
            {
                token.Register(() =>
                {
                    blocked.Set();
                    release.Wait(TestContext.Current.CancellationToken);
                });
                await gate.PassAsync();
            });
        await subject.StartAsync();
        await gate.Arrived;

        subject.Pipeline.RequestStop(StopMode.Abort);
        blocked.Wait(TestContext.Current.CancellationToken);
        gate.Open();
        foreach (PipelineStage stage in subject.Pipeline.Stages)
        {
            await stage.Completion;
        }

        subject.Pipeline.Completion.IsCompleted.Should().BeFalse();
        release.Set();
        (await subject.EndAsync()).Outcome.Should().Be(PipelineOutcome.Aborted);
    }
}
