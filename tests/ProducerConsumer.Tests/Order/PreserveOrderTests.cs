using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;

namespace ProducerConsumer.Tests;

/// <summary>Results that go on in the order of the items, whatever the workers do.</summary>
public sealed class PreserveOrderTests
{
    private readonly ConcurrentQueue<int> _handled = [];

    [GuardedFact]
    public async Task PreserveOrder_OthersOvertakeTheFirst_NothingGoesOnBeforeIt()
    {
        Gate first = new();
        Gate others = new(expected: 7);
        await using PooledPipeline<int> pipeline = Consume(PooledPipeline.CreateBuilder<int>(capacity: 64)
            .Produce(Enumerable.Range(0, 8))
            .Transform(
                async (item, token) =>
                {
                    if (item == 0)
                    {
                        await first.PassAsync(token);
                    }

                    await Task.Yield();
                    others.Arrive();
                    return item;
                },
                maxWorkers: 4,
                preserveOrder: true));

        Task<PipelineReport> run = pipeline.RunAsync();
        await others.Arrived;
        _handled.Should().BeEmpty();
        first.Open();

        (await run).ShouldBalance();
        _handled.Should().Equal(Enumerable.Range(0, 8));
    }

    [GuardedTheory]
    [InlineData(1)]
    [InlineData(5)]
    public async Task PreserveOrder_SlowItem_NoMoreThanTheWindowIsBegun(int window)
    {
        Gate slow = new();
        Gate begun = new(expected: window);
        await using PooledPipeline<int> pipeline = Consume(PooledPipeline.CreateBuilder<int>(capacity: 4)
            .Produce(Enumerable.Range(0, 100))
            .Transform(
                async (item, token) =>
                {
                    begun.Arrive();
                    if (item == 0)
                    {
                        await slow.PassAsync(token);
                    }

                    return item;
                },
                stage => stage.PreserveOrder(window),
                maxWorkers: 3));

        Task<PipelineReport> run = pipeline.RunAsync();
        await begun.Arrived;
        BoundedBuffer<int> buffer = ((BufferedStage<int>)pipeline.Run.Stages[1]).Buffer;
        while (buffer.Count < buffer.Capacity)
        {
            await Task.Yield(); // Until the source is held back, nobody has anything left to do.
        }

        await Task.Yield();
        begun.Count.Should().Be(window);
        slow.Open();

        (await run).ShouldBalance();
        _handled.Should().Equal(Enumerable.Range(0, 100));
    }

    public static TheoryData<string, Action<FailurePolicy<int>>> Settlements => new()
    {
        { "skipped", policy => policy.Skip() },
        { "dead-lettered", policy => policy.DeadLetter((_, _, _) => default(ValueTask)) },
        { "dead-lettered in vain", policy => policy.DeadLetter((_, _, _) => throw new InvalidOperationException("letter")) },
    };

    [GuardedTheory]
    [MemberData(nameof(Settlements))]
    public async Task PreserveOrder_ItemsThatFail_MakeWay(string settlement, Action<FailurePolicy<int>> configure)
    {
        await using PooledPipeline<int> pipeline = Consume(PooledPipeline.CreateBuilder<int>(capacity: 4)
            .Produce(Enumerable.Range(0, 300))
            .Transform(
                async (item, _) =>
                {
                    await YieldAsync(item % 4);
                    return item % 3 == 0 ? throw new InvalidOperationException(settlement) : item;
                },
                stage =>
                {
                    stage.PreserveOrder(window: 3);
                    configure(stage.OnFailure);
                },
                maxWorkers: 3)
            .Where(item => item % 5 != 0, stage => stage.PreserveOrder(window: 2), maxWorkers: 2));

        PipelineReport report = await pipeline.RunAsync();

        report.ShouldBalance();
        _handled.Should().Equal(Enumerable.Range(0, 300).Where(item => item % 3 != 0 && item % 5 != 0));
        (report.Stages[1].Failed + report.Stages[1].DeadLettered).Should().Be(100);
    }

    [GuardedTheory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task PreserveOrder_ItemComesBack_KeepsItsTurn(int workers)
    {
        FakeTimeProvider clock = new();
        Gate calls = new(expected: 11);
        ConcurrentDictionary<int, int> attempts = new();
        await using PooledPipeline<int> pipeline = Consume(PooledPipeline
            .CreateBuilder<int>(capacity: 16, configure: options => options.TimeProvider = clock)
            .Produce(Enumerable.Range(0, 10))
            .Transform(
                async (item, _) =>
                {
                    int attempt = attempts.AddOrUpdate(item, 1, (_, before) => before + 1);
                    await Task.Yield();
                    calls.Arrive();
                    return item == 2 && attempt == 1 ? throw new InvalidOperationException("once") : item;
                },
                stage => stage.OnFailure.Redeliver(2, TimeSpan.FromSeconds(1)),
                maxWorkers: workers,
                preserveOrder: true));

        Task<PipelineReport> run = pipeline.RunAsync();
        while (!run.IsCompleted)
        {
            if (calls.Count == 10)
            {
                _handled.Count.Should().BeLessThanOrEqualTo(2);
                clock.Advance(TimeSpan.FromSeconds(1));
            }

            await Task.Yield();
        }

        (await run).ShouldBalance();
        await calls.Arrived;
        _handled.Should().Equal(Enumerable.Range(0, 10));
    }

    /// <summary>A sequence that waits until what it gave before was handled: nothing of it may be held back when it is its turn.</summary>
    [GuardedTheory]
    [InlineData(1)]
    [InlineData(400)]
    public async Task PreserveOrder_SequenceBlocksUntilItsLastResultWasHandled_GoesOn(int quick)
    {
        using SemaphoreSlim handled = new(0);
        Task<PipelineReport> run = PooledPipeline.CreateBuilder<int>(capacity: 256)
            .Produce(Enumerable.Range(0, quick + 1))
            .TransformMany(Sequence, maxWorkers: 2, preserveOrder: true)
            .Consume((item, _) =>
            {
                _handled.Enqueue(item);
                if (item < 0)
                {
                    handled.Release();
                }

                return default;
            })
            .Build()
            .RunAsync();

        (await run).ShouldBalance();
        _handled.Should().Equal([.. Enumerable.Range(0, quick), -1, -2, -3]);

        IEnumerable<int> Sequence(int item)
        {
            if (item < quick)
            {
                yield return item;
                yield break;
            }

            for (int i = 1; i <= 3; i++)
            {
                yield return -i;
                handled.Wait();
            }
        }
    }

    /// <summary>Quick calls make workers take many items at once; then one blocks, and those before it in the same claim are done.</summary>
    [GuardedFact]
    public async Task PreserveOrder_CallBlocksUntilTheResultsBeforeItWereHandled_GoesOn()
    {
        const int Items = 20_000;
        using ManualResetEventSlim handled = new();
        PipelineReport report = await PooledPipeline.CreateBuilder<int>()
            .Produce(Enumerable.Range(0, Items + 100))
            .Select(
                item =>
                {
                    if (item == Items)
                    {
                        handled.Wait();
                    }

                    return item;
                },
                maxWorkers: 2,
                preserveOrder: true)
            .Consume((item, _) =>
            {
                _handled.Enqueue(item);
                if (item == Items - 1)
                {
                    handled.Set();
                }

                return default;
            })
            .Build()
            .RunAsync();

        report.ShouldBalance();
        _handled.Should().Equal(Enumerable.Range(0, Items + 100));
    }

    [GuardedFact]
    public async Task Abort_ResultsWaitForTheirTurn_AreHandedBackByTheNextStage()
    {
        Gate first = new();
        Gate others = new(expected: 5);
        ConcurrentDictionary<int, ItemOutcome> outcomes = new();
        await using PooledPipeline<int> pipeline = Consume(PooledPipeline.CreateBuilder<int>(capacity: 6)
            .Transform(
                async (item, token) =>
                {
                    if (item == 0)
                    {
                        await first.PassAsync(token);
                    }

                    others.Arrive();
                    return item;
                },
                maxWorkers: 2,
                preserveOrder: true));
        await pipeline.StartAsync();
        for (int item = 0; item < 6; item++)
        {
            int written = item;
            await pipeline.Writer.WriteTrackedAsync(item, outcome => outcomes.TryAdd(written, outcome));
        }

        await others.Arrived;
        await WaitUntilIdleButOneAsync(pipeline);
        PipelineReport report = await pipeline.StopAsync(StopMode.Abort);

        report.ShouldBalance();
        report.Stages[0].Completed.Should().Be(5);
        report.Stages[0].Undelivered.Should().ContainSingle().Which.Started.Should().BeTrue();
        report.Stages[1].Undelivered.Select(entry => entry.Item).Should().BeEquivalentTo([1, 2, 3, 4, 5]);
        outcomes.Should().HaveCount(6).And.OnlyContain(outcome => outcome.Value == ItemOutcome.Undelivered);
        _handled.Should().BeEmpty();
    }

    [GuardedFact]
    public async Task Keep_InAStageThatPreservesOrder_IsRefused()
    {
        PooledPipeline<int> pipeline = Consume(PooledPipeline.CreateBuilder<int>()
            .Produce(Enumerable.Range(0, 10))
            .AddStage(
                () => new ScriptedWorker
                {
                    OnHandle = (worker, _, _) =>
                    {
                        worker.KeepIt();
                        return default;
                    },
                },
                stage => stage.PreserveOrder(),
                maxWorkers: 2));

        PipelineException thrown = (await pipeline.Awaiting(run => run.RunAsync()).Should().ThrowAsync<PipelineException>()).Which;

        thrown.InnerException.Should().BeOfType<InvalidOperationException>().Which.Message.Should().Contain("PreserveOrder");
        thrown.Report.ShouldBalance();
    }

    private PooledPipeline<int> Consume(PipelineBuilder<int, int> builder) => builder
        .Consume((item, _) =>
        {
            _handled.Enqueue(item);
            return default;
        })
        .Build();

    /// <summary>Waits until all items of the first stage are begun, and one worker at most is at work.</summary>
    private static async Task WaitUntilIdleButOneAsync(PooledPipeline<int> pipeline)
    {
        while (pipeline.Run.Stages[0].ReadBooks() is not { Waiting: 0, InFlight: 6, Workers: 1 })
        {
            await Task.Yield();
        }
    }

    private static async ValueTask YieldAsync(int times)
    {
        for (int i = 0; i < times; i++)
        {
            await Task.Yield();
        }
    }
}
