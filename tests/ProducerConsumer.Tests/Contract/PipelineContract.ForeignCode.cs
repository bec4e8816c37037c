using Microsoft.Extensions.Time.Testing;

namespace ProducerConsumer.Tests;

/// <summary>Code of the application's that throws, blocks or looks elsewhere than expected.</summary>
public abstract partial class PipelineContract
{
    [GuardedFact]
    public async Task HandlerFault_MessageThrows_TheRunEndsAndTellsTheFault()
    {
        Subject subject = Create(new Feed { Items = 3 }, (_, _) => throw new UnspeakableException());

        Func<Task> run = () => subject.RunAsync();

        PipelineException thrown = (await run.Should().ThrowAsync<PipelineException>()).Which;
        thrown.InnerException.Should().BeOfType<UnspeakableException>();
        thrown.Message.Should().Contain(nameof(UnspeakableException));
        await subject.EndAsync();
    }

    [GuardedFact]
    public async Task Abort_CallbackOfADrainBlocks_EndsAfterTheTimeout()
    {
        FakeTimeProvider clock = new();
        using ManualResetEventSlim release = new();
        using ManualResetEventSlim blocked = new();
        Gate begun = new();
        await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(configure: options => options.TimeProvider = clock)
            .Produce(1, async (_, token) =>
            {
                token.Register(() =>
                {
                    blocked.Set();
                    release.Wait(TestContext.Current.CancellationToken);
                });
                await begun.PassAsync();
            })
            .Consume((_, _) => default(ValueTask))
            .Build();
        await pipeline.StartAsync();
        await begun.Arrived;
        Task<PipelineReport> drain = pipeline.StopAsync(StopMode.Drain);
        blocked.Wait(TestContext.Current.CancellationToken);
        begun.Open();
        await pipeline.Stages["consumers"].Completion;
        drain.IsCompleted.Should().BeFalse();

        pipeline.RequestStop(StopMode.Abort);
        clock.Advance(TimeSpan.FromSeconds(30));

        (await drain).Outcome.Should().Be(PipelineOutcome.Abandoned);
        release.Set();
        await pipeline.Run.WorkersEnded;
    }

    [GuardedFact]
    public async Task Abort_OneHandlerBlocksAfterItsCancellation_TheOthersAreCancelledAllTheSame()
    {
        const int Consumers = 4;
        using ManualResetEventSlim release = new();
        Gate begun = new(Consumers);
        Gate canceled = new(Consumers - 1);
        int first = 0;
        Subject subject = Create(
            new Feed { Producers = 2 },
            async (_, token) =>
            {
                Task waiting = begun.PassAsync(token);
                try
                {
                    await waiting;
                }
                catch (OperationCanceledException)
                {
                    if (Interlocked.Exchange(ref first, 1) == 0)
                    {
                        release.Wait(TestContext.Current.CancellationToken);
                    }
                    else
                    {
                        canceled.Arrive();
                    }

                    throw;
                }
            },
            consumers: Consumers);
        await subject.StartAsync();
        await begun.Arrived;

        subject.Pipeline.RequestStop(StopMode.Abort);

        await canceled.Arrived;
        release.Set();
        PipelineReport report = await subject.EndAsync();
        report.Consumers().Undelivered.Count(entry => entry.Started).Should().Be(Consumers);
    }

    [GuardedFact]
    public async Task RunToken_UsedByTheHandlerItself_IsACancellation()
    {
        Gate gate = new(expected: 2);
        using CancellationTokenSource cancellation = new();
        Subject subject = Create(new Feed { Producers = 2 }, async (_, _) => await gate.PassAsync(cancellation.Token), consumers: 2);
        Task<PipelineReport> run = subject.RunAsync(cancellation.Token);
        await gate.Arrived;

        await cancellation.CancelAsync();

        await FluentActions.Awaiting(() => run).Should().ThrowAsync<OperationCanceledException>();
        PipelineReport report = await subject.EndAsync();
        report.Outcome.Should().Be(PipelineOutcome.Canceled);
        report.Faults.Should().BeEmpty();
        report.Consumers().Undelivered.Count(entry => entry.Started).Should().Be(2);
    }

    [GuardedFact]
    public async Task RunToken_FirstAndThenAFault_EndsWithTheToken()
    {
        Gate gate = new();
        using CancellationTokenSource cancellation = new();
        Subject subject = Create(
            new Feed { Items = 3 },
            async (_, _) =>
            {
                await gate.PassAsync();
                throw new InvalidOperationException("late");
            });
        Task<PipelineReport> run = subject.RunAsync(cancellation.Token);
        await gate.Arrived;
        await cancellation.CancelAsync();
        gate.Open();

        await FluentActions.Awaiting(() => run).Should().ThrowAsync<OperationCanceledException>();
        (await subject.EndAsync()).Faults.Should().ContainSingle().Which.AfterStop.Should().BeTrue();
    }

    [GuardedFact]
    public async Task StopAndDispose_AfterAFault_ThrowNothing()
    {
        Subject subject = Create(new Feed { Items = 3 }, (_, _) => throw new InvalidOperationException("root"));
        await subject.StartAsync();
        PipelineReport report = await subject.EndAsync();

        (await subject.Pipeline.StopAsync(StopMode.Abort)).Should().BeSameAs(report);
        (await subject.Pipeline.StopAsync(StopMode.Drain, new CancellationToken(canceled: true))).Should().BeSameAs(report);
        await subject.Pipeline.DisposeAsync();

        report.Outcome.Should().Be(PipelineOutcome.Faulted);
    }

    [GuardedFact]
    public async Task Clock_Throws_TheRunEndsAllTheSame()
    {
        Gate gate = new();
        BrokenClock clock = new();
        Subject subject = Create(
            new Feed { Items = 3 },
            async (_, token) => await gate.PassAsync(token),
            configure: options => options.TimeProvider = clock);
        await subject.StartAsync();
        await gate.Arrived;
        clock.IsBroken = true;

        PipelineReport report = await subject.Pipeline.StopAsync(StopMode.Abort);

        await subject.EndAsync();
        report.Outcome.Should().Be(PipelineOutcome.Aborted);
        report.Failures.Should().HaveCount(2).And.OnlyContain(failure => failure.Stage == "clock");
    }

    [GuardedFact]
    public async Task Timer_DisposeThrows_TheRunEndsAllTheSame()
    {
        Gate gate = new();
        Subject subject = Create(
            new Feed { Items = 3 },
            async (_, token) => await gate.PassAsync(token),
            configure: options => options.TimeProvider = new BrokenTimers());
        await subject.StartAsync();
        await gate.Arrived;

        PipelineReport report = await subject.Pipeline.StopAsync(StopMode.Abort);

        await subject.EndAsync();
        report.Failures.Should().ContainSingle().Which.Stage.Should().Be("clock");
    }

    [GuardedFact]
    public async Task Handler_ResumedInsideSetResultOfPoolCode_DoesNotHoldUpThatCode()
    {
        TaskCompletionSource resume = new();
        using ManualResetEventSlim after = new();
        Gate suspended = new();
        Subject subject = Create(
            new Feed { Items = 3 },
            async (item, _) =>
            {
                if (item == 0)
                {
                    suspended.Arrive();
                    await resume.Task.ConfigureAwait(false);
                }
                else
                {
                    after.Wait(TestContext.Current.CancellationToken);
                }
            });
        Task<PipelineReport> run = subject.RunAsync();
        await suspended.Arrived;
        await Task.Run(() =>
        {
            resume.SetResult();
            after.Set();
        });

        await run;
        await subject.EndAsync();
    }

    [GuardedFact]
    public async Task Handler_ResumedOnAThreadOfTheApplication_GivesItBackBeforeTheNextItem()
    {
        TaskCompletionSource resume = new();
        Gate suspended = new();
        List<Thread> threads = [];
        Subject subject = Create(
            new Feed { Items = 5 },
            async (item, _) =>
            {
                threads.Add(Thread.CurrentThread);
                if (item == 0)
                {
                    suspended.Arrive();
                    await resume.Task.ConfigureAwait(false);
                }
            });
        Task<PipelineReport> run = subject.RunAsync();
        await suspended.Arrived;
        Thread stranger = new(resume.SetResult);
        stranger.Start();
        await run;

        await subject.EndAsync();
        threads.Should().HaveCount(5).And.NotContain(stranger);
    }

    private sealed class UnspeakableException : Exception
    {
        public override string Message => throw new InvalidOperationException("no text");
    }

    private sealed class BrokenClock : TimeProvider
    {
        public bool IsBroken { get; set; }

        public override long GetTimestamp() => IsBroken ? throw new InvalidOperationException("clock") : base.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            throw new InvalidOperationException("clock");
    }

    private sealed class BrokenTimers : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new BrokenTimer();

        private sealed class BrokenTimer : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose() => throw new InvalidOperationException("timer");

            public ValueTask DisposeAsync() => throw new InvalidOperationException("timer");
        }
    }
}
