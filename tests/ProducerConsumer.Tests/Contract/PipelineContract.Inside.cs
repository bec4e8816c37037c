namespace ProducerConsumer.Tests;

public abstract partial class PipelineContract
{
    private static readonly AsyncLocal<string?> Ambient = new();

    [GuardedFact]
    public async Task StopAsync_InsideAHandler_ThrowsAndNamesRequestStop()
    {
        Subject subject = null!;
        Exception? thrown = null;
        subject = Create(
            new Feed { Producers = 2 },
            async (_, _) =>
            {
                try
                {
                    await subject.Pipeline.StopAsync();
                }
                catch (InvalidOperationException error)
                {
                    thrown = error;
                    subject.Pipeline.RequestStop(StopMode.Drain);
                }
            });

        await subject.StartAsync();

        PipelineReport report = await subject.EndAsync();
        thrown!.Message.Should().Contain("RequestStop(StopMode.Drain)").And.Contain("subject");
        report.Outcome.Should().Be(PipelineOutcome.Drained);
    }

    [GuardedFact]
    public async Task DisposeAsync_InsideAHandler_RequestsAnAbortAndReturns()
    {
        Subject subject = null!;
        bool returned = false;
        subject = Create(
            new Feed { Producers = 2 },
            async (_, _) =>
            {
                await subject.Pipeline.DisposeAsync();
                returned = true;
            });

        await subject.StartAsync();

        PipelineReport report = await subject.EndAsync();
        returned.Should().BeTrue();
        report.Outcome.Should().Be(PipelineOutcome.Aborted);
        report.Consumers().Completed.Should().Be(1);
    }

    [GuardedFact]
    public async Task RequestStop_InsideAHandler_EndsTheRun()
    {
        Subject subject = null!;
        subject = Create(
            new Feed { Producers = 2 },
            (item, _) =>
            {
                if (item == 20)
                {
                    subject.Pipeline.RequestStop(StopMode.Abort);
                }

                return default;
            });

        await subject.StartAsync();

        (await subject.EndAsync()).Outcome.Should().Be(PipelineOutcome.Aborted);
    }

    [GuardedFact]
    public async Task RunAsync_SecondTime_ThrowsAndNamesBuild()
    {
        Subject subject = Create(new Feed { Items = 3 }, (_, _) => default);
        await subject.RunAsync();

        Func<Task> run = () => subject.Pipeline.RunAsync();
        Func<Task> start = () => subject.Pipeline.StartAsync();

        (await run.Should().ThrowAsync<InvalidOperationException>()).WithMessage("*'subject'*Build*");
        (await start.Should().ThrowAsync<InvalidOperationException>()).WithMessage("*'subject'*Build*");
        await subject.EndAsync();
    }

    [GuardedFact]
    public async Task StartToken_Cancelled_LeavesThePipelineToBeStarted()
    {
        Subject subject = Create(new Feed { Items = 3 }, (_, _) => default);

        Func<Task> start = () => subject.Pipeline.StartAsync(new CancellationToken(canceled: true));

        await start.Should().ThrowAsync<OperationCanceledException>();
        (await subject.RunAsync()).Outcome.Should().Be(PipelineOutcome.Completed);
        await subject.EndAsync();
    }

    [GuardedFact]
    public async Task Context_OfTheStarterAndOfOtherItems_IsNotSeenByHandlers()
    {
        List<string?> seen = [];
        Ambient.Value = "starter";
        Subject subject = Create(
            new Feed { Items = 50 },
            (item, _) =>
            {
                seen.Add(Ambient.Value);
                Ambient.Value = $"item {item}";
                SynchronizationContext.SetSynchronizationContext(new SynchronizationContext());
                return default;
            });

        await subject.RunAsync();

        await subject.EndAsync();
        seen.Should().HaveCount(50).And.OnlyContain(value => value == null);
    }

    [GuardedFact]
    public async Task Context_SynchronizationContextOfAHandler_IsNotSeenByTheNext()
    {
        List<SynchronizationContext?> seen = [];
        Subject subject = Create(
            new Feed { Items = 20 },
            (_, _) =>
            {
                seen.Add(SynchronizationContext.Current);
                SynchronizationContext.SetSynchronizationContext(new SynchronizationContext());
                return default;
            });

        await subject.RunAsync();

        await subject.EndAsync();
        seen.Should().HaveCount(20).And.OnlyContain(context => context == null);
    }

    [GuardedFact]
    public async Task UserCode_NeverRunsOnTheStackOfStartOrStop()
    {
        int callers = Environment.CurrentManagedThreadId;
        bool inside = false;
        bool nested = false;
        Gate gate = new();
        Subject subject = Create(
            new Feed { Producers = 2 },
            async (_, token) =>
            {
                nested |= Environment.CurrentManagedThreadId == callers && Volatile.Read(ref inside);
                await gate.PassAsync(token).ConfigureAwait(false);
                nested |= Environment.CurrentManagedThreadId == callers && Volatile.Read(ref inside);
            });

        Volatile.Write(ref inside, true);
        Task start = subject.StartAsync();
        Volatile.Write(ref inside, false);
        await start;
        await gate.Arrived;
        callers = Environment.CurrentManagedThreadId;
        Volatile.Write(ref inside, true);
        subject.Pipeline.RequestStop(StopMode.Abort);
        Volatile.Write(ref inside, false);
        await subject.EndAsync();

        nested.Should().BeFalse();
    }

    [GuardedFact]
    public async Task Completion_ContinuationBlocks_HoldsUpNobody()
    {
        using ManualResetEventSlim release = new();
        Subject subject = Create(new Feed { Items = 10 }, (_, _) => default);
        Task blocked = subject.Pipeline.Completion.ContinueWith(
            _ => release.Wait(TestContext.Current.CancellationToken),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);

        await subject.RunAsync();
        await subject.Pipeline.StopAsync();
        await subject.Pipeline.DisposeAsync();

        await subject.EndAsync();
        release.Set();
        await blocked;
    }

    [GuardedFact]
    public async Task RunAsync_BlockedOnInASingleThreadedContext_DoesNotDeadlock()
    {
        PipelineReport? report = null;
        Thread user = new(() =>
        {
            SynchronizationContext.SetSynchronizationContext(new NeverPumpingContext());
            Subject subject = Create(new Feed { Items = 100, Producers = 3 }, (_, _) => default, capacity: 1, consumers: 2);
            Task<PipelineReport> run = subject.RunAsync();
            report = run.GetAwaiter().GetResult();
            subject.Pipeline.StopAsync().GetAwaiter().GetResult();
            subject.Pipeline.DisposeAsync().AsTask().GetAwaiter().GetResult();
        });

        user.Start();
        await Task.Run(user.Join, TestContext.Current.CancellationToken);

        report!.Outcome.Should().Be(PipelineOutcome.Completed);
    }

    /// <summary>A user-interface thread that is blocked: what is posted to it never runs.</summary>
    private sealed class NeverPumpingContext : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state)
        {
        }
    }
}
