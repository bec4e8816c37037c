using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace ProducerConsumer.Tests;

/// <summary>Which exceptions are a cancellation and which are faults, and what comes first when several things end a run.</summary>
public abstract partial class PipelineContract
{
    public static TheoryData<string, Exception> ForeignCancellations => new()
    {
        { "none", new OperationCanceledException() },
        { "a token of its own", new OperationCanceledException(new CancellationToken(canceled: true)) },
        { "an HTTP time-out", new TaskCanceledException("The request was canceled.", new TimeoutException()) },
    };

    [GuardedTheory]
    [MemberData(nameof(ForeignCancellations), DisableDiscoveryEnumeration = true)]
    public async Task HandlerCancellation_NobodyStopped_IsAFault(string kind, Exception cancellation)
    {
        Subject subject = Create(new Feed { Items = 3 }, (_, _) => throw cancellation);

        Func<Task> run = () => subject.RunAsync();

        (await run.Should().ThrowAsync<PipelineException>(kind)).Which.InnerException.Should().BeSameAs(cancellation);
        (await subject.EndAsync()).Consumers().Failed.Should().Be(1);
    }

    [GuardedTheory]
    [MemberData(nameof(ForeignCancellations), DisableDiscoveryEnumeration = true)]
    public async Task HandlerCancellation_AfterTheStop_HandsTheItemBackWhateverTokenItCarries(string kind, Exception cancellation)
    {
        Gate gate = new();
        Subject subject = Create(
            new Feed { Items = 3 },
            async (_, token) =>
            {
                try
                {
                    await gate.PassAsync(token);
                }
                catch (OperationCanceledException)
                {
                    throw cancellation;
                }
            });
        await subject.StartAsync();
        await gate.Arrived;

        PipelineReport report = await subject.Pipeline.StopAsync(StopMode.Abort);

        await subject.EndAsync();
        report.Faults.Should().BeEmpty(kind);
        report.Consumers().Undelivered.Should().ContainSingle(entry => entry.Started);
    }

    [GuardedFact]
    public async Task HandlerFault_DuringADrain_StopsTheRunAndIsThrown()
    {
        Gate gate = new();
        Subject subject = Create(
            new Feed { Producers = 2 },
            async (_, _) =>
            {
                await gate.PassAsync();
                throw new InvalidOperationException("while draining");
            });
        Task<PipelineReport> run = subject.RunAsync();
        await gate.Arrived;
        Task<PipelineReport> stop = subject.Pipeline.StopAsync(StopMode.Drain);
        gate.Open();

        await FluentActions.Awaiting(() => run).Should().ThrowAsync<PipelineException>();
        PipelineReport report = await stop;
        await subject.EndAsync();
        report.Outcome.Should().Be(PipelineOutcome.Faulted);
        report.Faults.Should().ContainSingle().Which.AfterStop.Should().BeFalse();
    }

    [GuardedFact]
    public async Task HandlerFault_OthersIgnoreTheirToken_ThrowsTheFaultAfterTheTimeoutAndListsThem()
    {
        SignallingClock clock = new();
        Gate stuck = new(expected: 2);
        int turn = 0;
        Subject subject = Create(
            new Feed { Producers = 2 },
            async (_, _) =>
            {
                if (Interlocked.Increment(ref turn) == 3)
                {
                    await stuck.Arrived;
                    throw new InvalidOperationException("root");
                }

                await stuck.PassAsync();
            },
            consumers: 3,
            configure: options => options.TimeProvider = clock);
        Task<PipelineReport> run = subject.RunAsync();
        await clock.TimerCreated;
        while (subject.Pipeline.Run.Stages[^1].ReadBooks().Failed == 0)
        {
            await Task.Yield(); // The worker closes the run before it books its item; half a minute is enough for that.
        }

        clock.Advance(TimeSpan.FromSeconds(30));

        PipelineException thrown = (await FluentActions.Awaiting(() => run).Should().ThrowAsync<PipelineException>()).Which;
        PipelineReport report = await subject.EndAsync();
        thrown.Report.Should().BeSameAs(report);
        report.Outcome.Should().Be(PipelineOutcome.Abandoned);
        report.Consumers().InFlight.Should().Be(2);
        stuck.Open();
        await subject.Pipeline.Run.WorkersEnded;
    }

    [GuardedFact]
    public async Task Dispose_HandlerIgnoresItsToken_ReturnsAfterTheTimeout()
    {
        FakeTimeProvider clock = new();
        Gate stuck = new();
        Subject subject = Create(
            new Feed { Items = 3 }, async (_, _) => await stuck.PassAsync(), configure: options => options.TimeProvider = clock);
        await subject.StartAsync();
        await stuck.Arrived;

        ValueTask dispose = subject.Pipeline.DisposeAsync();
        dispose.IsCompleted.Should().BeFalse();
        clock.Advance(TimeSpan.FromSeconds(30));
        await dispose;

        (await subject.EndAsync()).Outcome.Should().Be(PipelineOutcome.Abandoned);
        subject.Pipeline.Completion.IsCanceled.Should().BeTrue();
        stuck.Open();
        await subject.Pipeline.Run.WorkersEnded;
    }

    [GuardedFact]
    public async Task Stop_CancellationCallbackBlocksForEver_EndsAfterTheTimeout()
    {
        FakeTimeProvider clock = new();
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
            },
            configure: options => options.TimeProvider = clock);
        await subject.StartAsync();
        await gate.Arrived;
        Task<PipelineReport> stop = subject.Pipeline.StopAsync(StopMode.Abort);
        blocked.Wait(TestContext.Current.CancellationToken);
        gate.Open();

        clock.Advance(TimeSpan.FromSeconds(30));

        (await stop).Outcome.Should().Be(PipelineOutcome.Abandoned);
        await subject.EndAsync();
        release.Set();
        await subject.Pipeline.Run.WorkersEnded;
    }

    [GuardedFact]
    public async Task Producer_ThrowsChannelClosedWithoutAStop_IsAFault()
    {
        ChannelClosedException root = new("somebody else's channel");
        Subject subject = Create(new Feed { Items = 3, Fault = root }, (_, _) => default);

        Func<Task> run = () => subject.RunAsync();

        PipelineException thrown = (await run.Should().ThrowAsync<PipelineException>()).Which;
        await subject.EndAsync();
        thrown.Faults.Should().OnlyContain(fault => ReferenceEquals(fault.Exception, root));
    }

    /// <summary>Tells when the limit of the wait has begun.</summary>
    private sealed class SignallingClock : FakeTimeProvider
    {
        private readonly TaskCompletionSource _created = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task TimerCreated => _created.Task;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            ITimer timer = base.CreateTimer(callback, state, dueTime, period);
            _created.TrySetResult();
            return timer;
        }
    }
}
