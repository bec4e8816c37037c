using System.Collections.Concurrent;

namespace ProducerConsumer.Tests;

public sealed class BroadcastTests
{
    private readonly List<int> _left = [];
    private readonly List<int> _right = [];

    [GuardedTheory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(1_000)]
    public async Task Broadcast_EveryBranchGetsEveryItemInOrder(int capacity)
    {
        List<int> batched = [];
        PipelineReport report = await PooledPipeline.CreateBuilder<int>(capacity)
            .Produce(Enumerable.Range(0, 500))
            .Broadcast(
                branch => branch.Consume(Into(_left)),
                branch => branch.Where(item => item % 2 == 0).Consume(Into(_right)),
                branch => branch.Batch(7, configure: stage => stage.Capacity = 7).Consume((batch, _) =>
                {
                    batched.AddRange(batch);
                    return default;
                }))
            .Build()
            .RunAsync();

        _left.Should().Equal(Enumerable.Range(0, 500));
        _right.Should().Equal(Enumerable.Range(0, 500).Where(item => item % 2 == 0));
        batched.Should().Equal(_left, "the last batch is flushed when the broadcast has ended");
        report.ShouldBalanceWithBranches();
        report.Stages.Select(stage => stage.Name).Should().Equal(
            "producers", "broadcast", "consumers", "where", "consumers-2", "batch", "consumers-3");
        report.Stages[1].Emitted.Should().Be(1_500);
        new[] { 2, 3, 5 }.Select(index => report.Stages[index].Accepted).Should().OnlyContain(accepted => accepted == 500);
    }

    [GuardedFact]
    public async Task Broadcast_SeveralWorkersAndNestedBranches_HandlesEveryItemOncePerBranch()
    {
        ConcurrentDictionary<(string Branch, int Item), int> handled = new();
        Func<int, CancellationToken, Task> Count(string branch) => async (item, _) =>
        {
            await Task.Yield();
            handled.AddOrUpdate((branch, item), 1, (_, count) => count + 1);
        };

        PipelineRecipe<int> recipe = PooledPipeline.CreateBuilder<int>(capacity: 4)
            .Produce(Enumerable.Range(0, 300))
            .Broadcast(
                stage => stage.MaxWorkers = 3,
                branch => branch.Consume(Count("a"), maxWorkers: 2),
                branch => branch.Broadcast(inner => inner.Consume(Count("b")), inner => inner.Consume(Count("c"), maxWorkers: 3)));

        for (int run = 1; run <= 2; run++)
        {
            (await recipe.Build().RunAsync()).ShouldBalanceWithBranches();
            handled.Should().HaveCount(900);
            handled.Values.Should().OnlyContain(count => count == run);
        }
    }

    [GuardedFact]
    public async Task SlowestBranch_HoldsTheOthersBackButNotWhatTheyWereGiven()
    {
        Gate slow = new();
        Gate fast = new(expected: 4);
        await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(capacity: 64)
            .Produce(new Feed().AsEnumerable())
            .Broadcast(
                branch => branch.Consume((_, _) =>
                {
                    fast.Arrive();
                    return default(ValueTask);
                }),
                branch => branch.Consume((_, token) => slow.PassAsync(token), stage =>
                {
                    stage.Capacity = 2;
                    stage.MaxBatch = 1;
                }))
            .Build();
        await pipeline.StartAsync();

        await fast.Arrived; // One in the slow handler, two in front of it, one on its way.
        await slow.Arrived;
        PipelineReport report = await pipeline.StopAsync(StopMode.Abort);

        report.ShouldBalanceWithBranches();
        report.Stages[2].Accepted.Should().Be(4);
        report.Stages[3].Accepted.Should().Be(4);
        report.Stages[3].Undelivered.Select(entry => entry.Item).Should().Equal(0, 1, 2, 3);
    }

    [GuardedFact]
    public async Task Tracked_SettlesWithTheWorstOutcomeOfItsBranches()
    {
        Dictionary<int, ItemOutcome> outcomes = [];
        await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>()
            .Broadcast(
                branch => branch.Consume((_, _) => default(ValueTask)),
                branch => branch.Consume(
                    (item, _) => item == 1 ? throw new InvalidOperationException("one") : default(ValueTask),
                    stage => stage.OnFailure.DeadLetter((_, _, _) => default(ValueTask))),
                branch => branch.Consume(
                    (item, _) => item == 2 ? throw new InvalidOperationException("two") : default(ValueTask),
                    stage => stage.OnFailure.Skip()))
            .Build();
        await pipeline.StartAsync();
        for (int i = 0; i < 4; i++)
        {
            int id = i;
            await pipeline.Writer.WriteTrackedAsync(id, outcome =>
            {
                lock (outcomes)
                {
                    outcomes.Add(id, outcome); // Throws at the second time.
                }
            });
        }

        PipelineReport report = await pipeline.StopAsync(StopMode.Drain);

        report.FailureCount.Should().Be(2, "no callback was called twice");
        outcomes.OrderBy(outcome => outcome.Key).Select(outcome => outcome.Value).Should().Equal(
            ItemOutcome.Completed, ItemOutcome.DeadLettered, ItemOutcome.Failed, ItemOutcome.Completed);
    }

    [GuardedFact]
    public async Task Branch_Faults_StopsTheOthersAndHandsBack()
    {
        Feed feed = new() { Producers = 3 };
        Gate gate = new();
        PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(capacity: 4)
            .Produce(feed.Producers, feed.WriteToAsync)
            .Broadcast(
                branch => branch.Consume(async (_, token) => await gate.PassAsync(token), stage => stage.Name = "held"),
                branch => branch.Select(item => item).Consume(
                    async (_, _) =>
                    {
                        await gate.Arrived;
                        throw new InvalidOperationException("boom");
                    },
                    stage => stage.Name = "faulty"))
            .Build();

        PipelineException thrown = (await FluentActions.Awaiting(() => pipeline.RunAsync()).Should().ThrowAsync<PipelineException>()).Which;

        thrown.Faults.Should().ContainSingle().Which.Stage.Should().Be("faulty");
        thrown.Report.ShouldBalanceWithBranches();
        feed.Active.Should().Be(0);
        StageReport held = thrown.Report.Stages[2];
        held.Undelivered.Should().HaveCount((int)held.Accepted).And.Contain(entry => entry.Started);
        thrown.Report.UndeliveredItems<int>().Append((int)thrown.Faults[0].Item!).Distinct()
            .Should().HaveCount((int)thrown.Report.Entered(), "no item disappears");
    }

    [GuardedTheory]
    [InlineData(StopMode.Drain)]
    [InlineData(StopMode.Abort)]
    public async Task Stop_EndsEveryBranchAndTellsEveryTrackedItemOnce(StopMode mode)
    {
        ConcurrentDictionary<int, int> told = new();
        Gate gate = new();
        await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(capacity: 8)
            .Produce(1, async (writer, token) =>
            {
                for (int i = 0; ; i++)
                {
                    int id = i;
                    await writer.WriteTrackedAsync(id, _ => told.AddOrUpdate(id, 1, (_, count) => count + 1), token);
                }
            })
            .Broadcast(
                branch => branch.Batch(5).Consume((_, _) => default(ValueTask)),
                branch => branch.Consume(async (_, token) => await gate.PassAsync(token), maxWorkers: 2))
            .Build();
        await pipeline.StartAsync();
        await gate.Arrived;
        Task<PipelineReport> stop = pipeline.StopAsync(mode);
        gate.Open();

        PipelineReport report = await stop;

        report.ShouldBalanceWithBranches();
        told.Should().HaveCount((int)report.Entered());
        told.Values.Should().OnlyContain(count => count == 1);
        if (mode == StopMode.Drain)
        {
            report.Stages.Should().OnlyContain(stage => stage.Undelivered.Count == 0);
        }
    }

    [GuardedFact]
    public async Task Broadcast_SameNameInTwoBranches_IsRefused()
    {
        Action build = () => PooledPipeline.CreateBuilder<int>().Broadcast(
            branch => branch.Consume(Into(_left), stage => stage.Name = "save"),
            branch => branch.Consume(Into(_right), stage => stage.Name = "save"));

        build.Should().Throw<ArgumentException>().WithMessage("*'save' already*");
        await Task.CompletedTask;
    }

    private static Func<int, CancellationToken, ValueTask> Into(List<int> items) => (item, _) =>
    {
        items.Add(item);
        return default;
    };
}
