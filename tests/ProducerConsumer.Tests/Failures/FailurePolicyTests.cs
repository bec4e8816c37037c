using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;

namespace ProducerConsumer.Tests;

/// <summary>What becomes of items whose call threw: skipped, dead-lettered, within a budget.</summary>
public sealed class FailurePolicyTests
{
    [GuardedTheory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task Skip_SomeItemsFail_CountsThemAndGoesOn(int workers)
    {
        ConcurrentQueue<int> handled = [];

        PipelineReport report = await RunAsync(100, Fail(item => item % 10 == 3, handled), policy => policy.Skip(), workers);

        report.Outcome.Should().Be(PipelineOutcome.Completed);
        (report.Consumers().Completed, report.Consumers().Failed).Should().Be((90, 10));
        handled.Should().HaveCount(90);
        report.Faults.Should().BeEmpty();
        report.FailureCount.Should().Be(10);
        report.Failures.Should().OnlyContain(failure => failure.Stage == "consumers" && failure.Attempt == 1 && failure.Exception.Message == "boom");
        report.Failures.Select(failure => failure.Item).Should().BeEquivalentTo(Enumerable.Range(0, 10).Select(i => (10 * i) + 3));
    }

    [GuardedTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task DeadLetter_SomeItemsFail_HandsThemOverAndGoesOn(bool suspends)
    {
        ConcurrentQueue<(int Item, ItemFailure Failure)> letters = [];

        PipelineReport report = await RunAsync(
            100,
            Fail(item => item % 10 == 3),
            policy => policy.DeadLetter(async (item, failure, _) =>
            {
                if (suspends)
                {
                    await Task.Yield();
                }

                letters.Enqueue((item, failure));
            }),
            workers: 3);

        (report.Consumers().Completed, report.Consumers().DeadLettered, report.Consumers().Failed).Should().Be((90, 10, 0));
        letters.Should().HaveCount(10).And.OnlyContain(letter => letter.Item == (int)letter.Failure.Item! && letter.Failure.Exception.Message == "boom");
    }

    [GuardedFact]
    public async Task DeadLetter_HandlerThrows_FailsTheItemWithBothAndGoesOn()
    {
        PipelineReport report = await RunAsync(
            20,
            Fail(item => item is 3 or 7),
            policy => policy.DeadLetter((item, _, _) => item == 3 ? throw new IOException("disk full") : default(ValueTask)));

        (report.Consumers().Completed, report.Consumers().DeadLettered, report.Consumers().Failed).Should().Be((18, 1, 1));
        ItemFailure failure = report.Failures.Single(failure => failure.Exception is AggregateException);
        failure.Item.Should().Be(3);
        ((AggregateException)failure.Exception).InnerExceptions.Select(error => error.Message).Should().Equal("boom", "disk full");
    }

    [GuardedFact]
    public async Task DeadLetter_AbortedMeanwhile_HandsTheItemBack()
    {
        Gate gate = new();
        PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>()
            .Produce([1, 2])
            .Consume(Fail(_ => true), stage => stage.OnFailure.DeadLetter(async (_, _, token) => await gate.PassAsync(token)))
            .Build();
        await pipeline.StartAsync();
        await gate.Arrived;

        PipelineReport report = await pipeline.StopAsync(StopMode.Abort);

        report.ShouldBalance();
        report.Outcome.Should().Be(PipelineOutcome.Aborted);
        report.Consumers().Undelivered.Select(entry => (entry.Item, entry.Started)).Should().Contain((1, true));
        report.Consumers().DeadLettered.Should().Be(0);
    }

    [GuardedTheory]
    [InlineData(0)]
    [InlineData(5)]
    public async Task StopAfter_OneMore_StopsTheRunWithThatFault(int budget)
    {
        PipelineException thrown = (await FluentActions.Awaiting(() => RunAsync(
            100, Fail(item => item % 2 == 0), policy => policy.Skip().StopAfter(budget))).Should().ThrowAsync<PipelineException>()).Which;

        thrown.Report.ShouldBalance();
        thrown.Faults.Should().ContainSingle().Which.Item.Should().Be(2 * budget);
        thrown.Report.FailureCount.Should().Be(budget);
        thrown.Report.Consumers().Failed.Should().Be(budget + 1);
    }

    [GuardedFact]
    public async Task StopAfter_TheDeadLetterHandlerFails_CountsToo()
    {
        PipelineException thrown = (await FluentActions.Awaiting(() => RunAsync(
            100,
            Fail(_ => true),
            policy => policy.DeadLetter((_, _, _) => throw new IOException("disk full")).StopAfter(3))).Should().ThrowAsync<PipelineException>()).Which;

        thrown.Report.ShouldBalance();
        thrown.Report.Consumers().Failed.Should().BeInRange(2, 4);
        thrown.InnerException.Should().BeOfType<AggregateException>();
    }

    [GuardedFact]
    public async Task StopAfterConsecutive_SuccessesBetween_StartsAnew()
    {
        PipelineReport report = await RunAsync(100, Fail(item => item % 4 > 0), policy => policy.Skip().StopAfterConsecutive(3));
        report.Consumers().Failed.Should().Be(75);

        PipelineException thrown = (await FluentActions.Awaiting(() => RunAsync(
            100, Fail(item => item % 4 > 0 || item >= 40), policy => policy.Skip().StopAfterConsecutive(3))).Should().ThrowAsync<PipelineException>()).Which;
        thrown.Faults[0].Item.Should().Be(40);
    }

    [GuardedFact]
    public async Task Skip_InTheMiddleOfAFlow_LosesNothingElse()
    {
        List<int> handled = [];

        PipelineReport report = await PooledPipeline.CreateBuilder<int>(capacity: 8)
            .Produce(Enumerable.Range(0, 200))
            .Transform((item, _) => item % 10 == 3 ? throw new InvalidOperationException("boom") : new ValueTask<int>(item), stage => stage.OnFailure.Skip())
            .Batch(7)
            .Consume((batch, _) =>
            {
                handled.AddRange(batch);
                return default;
            })
            .Build()
            .RunAsync();

        report.ShouldBalance();
        handled.Should().Equal(Enumerable.Range(0, 200).Where(item => item % 10 != 3));
    }

    [GuardedFact]
    public async Task Timeout_CallIgnoresIt_IsWaitedForAndCompleted()
    {
        FakeTimeProvider clock = new();
        Gate gate = new();
        CancellationToken token = default;
        PooledPipeline<int> pipeline = Build(
            clock,
            async (_, cancellationToken) =>
            {
                token = cancellationToken;
                await gate.PassAsync(CancellationToken.None);
            });
        await pipeline.Writer.WriteAsync(1);
        pipeline.Writer.Complete();
        Task<PipelineReport> run = pipeline.RunAsync();
        await gate.Arrived;

        clock.Advance(TimeSpan.FromSeconds(9));
        token.IsCancellationRequested.Should().BeFalse();
        clock.Advance(TimeSpan.FromSeconds(1));
        token.IsCancellationRequested.Should().BeTrue();
        run.IsCompleted.Should().BeFalse();
        gate.Open();

        (await run).Consumers().Completed.Should().Be(1);
    }

    [GuardedFact]
    public async Task Timeout_CallHeedsIt_IsAFailureOfItsItem()
    {
        FakeTimeProvider clock = new();
        Gate gate = new();
        PooledPipeline<int> pipeline = Build(clock, async (_, token) => await gate.PassAsync(token));
        await pipeline.Writer.WriteAsync(1);
        Task<PipelineReport> run = pipeline.RunAsync();
        await gate.Arrived;

        clock.Advance(TimeSpan.FromSeconds(10));

        PipelineException thrown = (await FluentActions.Awaiting(() => run).Should().ThrowAsync<PipelineException>()).Which;
        thrown.InnerException.Should().BeOfType<TimeoutException>().Which.Message.Should().Contain("consumers").And.Contain("00:00:10");
        thrown.Report.ShouldBalance();
    }

    [GuardedFact]
    public async Task Timeout_StopComesFirst_IsACancellation()
    {
        FakeTimeProvider clock = new();
        Gate gate = new();
        PooledPipeline<int> pipeline = Build(clock, async (_, token) => await gate.PassAsync(token));
        await pipeline.Writer.WriteAsync(1);
        await pipeline.StartAsync();
        await gate.Arrived;

        PipelineReport report = await pipeline.StopAsync(StopMode.Abort);

        report.ShouldBalance();
        report.Faults.Should().BeEmpty();
        report.Consumers().Undelivered.Should().ContainSingle(entry => entry.Started);
    }

    [GuardedFact]
    public async Task Timeout_CallbackOfItsTokenThrows_IsRecorded()
    {
        FakeTimeProvider clock = new();
        Gate gate = new();
        PooledPipeline<int> pipeline = Build(clock, async (_, token) =>
        {
            token.Register(() => throw new InvalidOperationException("callback"));
            await gate.PassAsync(CancellationToken.None);
        });
        await pipeline.Writer.WriteAsync(1);
        pipeline.Writer.Complete();
        Task<PipelineReport> run = pipeline.RunAsync();
        await gate.Arrived;

        clock.Advance(TimeSpan.FromSeconds(10));
        gate.Open();

        (await run).Failures.Should().ContainSingle().Which.Stage.Should().Be("cancellation callback");
    }

    private static PooledPipeline<int> Build(TimeProvider clock, Func<int, CancellationToken, ValueTask> handler) =>
        PooledPipeline.CreateBuilder<int>(configure: options => options.TimeProvider = clock)
            .Consume(handler, stage => stage.Timeout = TimeSpan.FromSeconds(10))
            .Build();

    private static Func<int, CancellationToken, ValueTask> Fail(Func<int, bool> when, ConcurrentQueue<int>? handled = null) => async (item, _) =>
    {
        if (item % 3 == 0)
        {
            await Task.Yield();
        }

        if (when(item))
        {
            throw new InvalidOperationException("boom");
        }

        handled?.Enqueue(item);
    };

    private static async Task<PipelineReport> RunAsync(
        int items, Func<int, CancellationToken, ValueTask> handler, Action<FailurePolicy<int>> policy, int workers = 1)
    {
        PipelineReport report = await PooledPipeline.CreateBuilder<int>(capacity: 16)
            .Produce(Enumerable.Range(0, items))
            .Consume(
                handler,
                stage =>
                {
                    stage.MaxWorkers = workers;
                    policy(stage.OnFailure);
                })
            .Build()
            .RunAsync();
        report.ShouldBalance();
        return report;
    }
}
