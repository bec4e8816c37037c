using System.Collections.Concurrent;

namespace ProducerConsumer.Tests;

public abstract partial class PipelineContract
{
    [GuardedTheory]
    [CombinatorialShapes]
    public async Task HandlerFault_ProducersWaitOnAFullBuffer_EndsTheRunWithThatFault(int capacity, int producers, int consumers, bool suspend)
    {
        InvalidOperationException root = new("root");
        Gate gate = new(expected: consumers);
        int turn = 0;
        ConcurrentQueue<int> failed = [];
        Subject subject = Create(
            new Feed { Producers = producers },
            async (item, token) =>
            {
                bool faulty = Interlocked.Increment(ref turn) == consumers;
                Task release = gate.PassAsync(faulty ? CancellationToken.None : token);
                await release;
                if (suspend)
                {
                    await Task.Yield();
                }

                if (faulty)
                {
                    failed.Enqueue(item);
                    throw root;
                }

                await new Gate().PassAsync(token); // Until the stop.
            },
            capacity,
            consumers);

        Task<PipelineReport> running = subject.RunAsync();
        await gate.Arrived;
        await subject.BufferFullAsync();
        gate.Open();
        PipelineException thrown = (await FluentActions.Awaiting(() => running).Should().ThrowAsync<PipelineException>()).Which;
        PipelineReport report = await subject.EndAsync();
        thrown.InnerException.Should().BeSameAs(root);
        thrown.Report.Should().BeSameAs(report);
        thrown.Faults.Should().ContainSingle().Which.Item.Should().Be(failed.Single());
        thrown.Faults[0].Stage.Should().Be("consumers");
        thrown.Faults[0].Attempt.Should().Be(1);
        report.Outcome.Should().Be(PipelineOutcome.Faulted);
        report.Consumers().Failed.Should().Be(1);
        report.ShouldAccountFor(completed: [], failed);
    }

    [GuardedFact]
    public async Task HandlerFault_LongQueue_HandsBackEveryItemByIdentity()
    {
        Gate full = new();
        List<int> handled = [];
        Subject subject = Create(
            new Feed { Items = 1_000 },
            async (item, _) =>
            {
                await full.PassAsync();
                if (item == 10)
                {
                    throw new InvalidOperationException("item 10");
                }

                handled.Add(item);
            },
            capacity: 1_000);

        Task<PipelineReport> run = subject.RunAsync();
        await full.Arrived;
        await subject.InputEndedAsync();
        full.Open();
        await run.ContinueWith(_ => { }, TaskScheduler.Default);

        PipelineReport report = await subject.EndAsync();
        if (KeepsOrder)
        {
            handled.Should().Equal(Enumerable.Range(0, 10));
            report.UndeliveredItems<int>().Should().Equal(Enumerable.Range(11, 989));
        }

        report.ShouldAccountFor(handled, failed: [10]);
        report.Consumers().Undelivered.Should().OnlyContain(entry => !entry.Started && entry.Attempts == 0);
        report.Faults.Should().ContainSingle().Which.Item.Should().Be(10);
    }

    [GuardedTheory]
    [InlineData(2)]
    [InlineData(16)]
    public async Task HandlerFaults_SeveralAtOnce_KeepsEveryRootFaultOnce(int handlers)
    {
        Gate together = new(handlers);
        Subject subject = Create(
            new Feed { Producers = 2 },
            async (item, _) =>
            {
                await together.PassAsync();
                throw new InvalidOperationException($"item {item}");
            },
            capacity: 2,
            consumers: handlers);

        Task<PipelineReport> run = subject.RunAsync();
        await together.Arrived;
        together.Open();

        PipelineException thrown = (await FluentActions.Awaiting(() => run).Should().ThrowAsync<PipelineException>()).Which;
        await subject.EndAsync();
        thrown.Faults.Should().HaveCount(handlers);
        thrown.Faults.Select(fault => fault.Exception).Should().OnlyHaveUniqueItems();
        thrown.Faults.Should().OnlyContain(fault => fault.Exception.StackTrace!.Contains(nameof(PipelineContract)));
        thrown.Faults[0].AfterStop.Should().BeFalse();
        thrown.Faults.Skip(1).Should().OnlyContain(fault => fault.AfterStop);
        thrown.Report.Consumers().Failed.Should().Be(handlers);
    }

    [GuardedFact]
    public async Task ProducerFault_ItemsBuffered_SurfacesAndHandsThemBack()
    {
        InvalidOperationException root = new("producer");
        Gate gate = new();
        Subject subject = Create(
            new Feed { Items = 5, Fault = root }, async (_, token) => await gate.PassAsync(token), capacity: 8);

        Func<Task> run = () => subject.RunAsync();

        PipelineException thrown = (await run.Should().ThrowAsync<PipelineException>()).Which;
        PipelineReport report = await subject.EndAsync();
        thrown.InnerException.Should().BeSameAs(root);
        thrown.Faults.Should().ContainSingle().Which.HasItem.Should().BeFalse();
        report.IdsHandedBack().Should().BeEquivalentTo(Enumerable.Range(0, (int)report.Entered()));
    }

    [GuardedFact]
    public async Task ProducerFault_OthersWaitForRoom_EndsThemToo()
    {
        Subject subject = Create(
            new Feed { Items = 40, Producers = 16, Fault = new InvalidOperationException("producer") },
            (_, _) => default,
            capacity: 1,
            consumers: 4);

        Func<Task> run = () => subject.RunAsync();

        await run.Should().ThrowAsync<PipelineException>();
        PipelineReport report = await subject.EndAsync();
        report.Outcome.Should().Be(PipelineOutcome.Faulted);
        report.Faults.Should().OnlyContain(fault => !fault.HasItem);
    }

    [GuardedFact]
    public async Task HandlerFault_NobodyLooksAtAnyTask_LeavesNoExceptionUnobserved()
    {
        List<Exception> unobserved = [];
        EventHandler<UnobservedTaskExceptionEventArgs> collect = (_, args) =>
        {
            if (args.Exception.Flatten().InnerExceptions.Any(error => error.Message.Contains(nameof(HandlerFault_NobodyLooksAtAnyTask_LeavesNoExceptionUnobserved)) || error is PipelineException))
            {
                lock (unobserved)
                {
                    unobserved.Add(args.Exception);
                }
            }
        };
        TaskScheduler.UnobservedTaskException += collect;
        try
        {
            await RunAndForgetAsync();
            for (int i = 0; i < 3; i++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= collect;
        }

        unobserved.Should().BeEmpty();

        async Task RunAndForgetAsync()
        {
            Subject subject = Create(
                new Feed { Items = 20, Producers = 4 },
                (_, _) => throw new InvalidOperationException(nameof(HandlerFault_NobodyLooksAtAnyTask_LeavesNoExceptionUnobserved)),
                consumers: 4);
            await subject.StartAsync();
            await subject.EndAsync();
        }
    }

    [GuardedFact]
    public async Task HandlerException_AfterTheStop_IsAFailureThatStopsNothing()
    {
        Gate gate = new();
        Subject subject = Create(
            new Feed { Items = 5 },
            async (_, _) =>
            {
                await gate.PassAsync();
                throw new InvalidOperationException("late");
            });

        await subject.StartAsync();
        await gate.Arrived;
        Task<PipelineReport> stop = subject.Pipeline.StopAsync(StopMode.Abort);
        gate.Open();
        PipelineReport report = await stop;

        await subject.EndAsync();
        report.Outcome.Should().Be(PipelineOutcome.Aborted);
        report.Faults.Should().ContainSingle().Which.AfterStop.Should().BeTrue();
        report.Consumers().Failed.Should().Be(1);
        (await subject.Pipeline.Completion).Should().BeSameAs(report);
    }
}
