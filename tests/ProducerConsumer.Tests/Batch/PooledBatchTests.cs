using Microsoft.Extensions.Time.Testing;

namespace ProducerConsumer.Tests;

/// <summary>Pooled lists are used again when nothing can reach them any more, and never before.</summary>
public sealed class PooledBatchTests
{
    /// <summary>The lists of the calls, in their order, and what was in them.</summary>
    private readonly List<IReadOnlyList<int>> _lists = [];
    private readonly List<int[]> _contents = [];

    public static TheoryData<bool> Kinds => [true, false];

    [GuardedTheory]
    [MemberData(nameof(Kinds))]
    public async Task Batch_Pooled_UsesFewListsAndLosesNothing(bool blocking)
    {
        PipelineBuilder<int, IReadOnlyList<int>> batches = PooledPipeline.CreateBuilder<int>(capacity: 8)
            .Produce(Enumerable.Range(0, 2_002))
            .Batch(4, configure: stage => stage.Capacity = 64, pooled: true);
        Action<StageOptions<IReadOnlyList<int>>> few = stage => stage.Capacity = 2;
        PipelineRecipe<int> recipe = blocking
            ? batches.ConsumeBlocking((list, _) => Note(list), few)
            : batches.Consume(
                async (list, _) =>
                {
                    if (list[0] % 3 == 0)
                    {
                        await Task.Yield();
                    }

                    Note(list);
                },
                few);

        PipelineReport report = await recipe.Build().RunAsync();

        report.ShouldBalance();
        _contents.SelectMany(content => content).Should().Equal(Enumerable.Range(0, 2_002));
        _contents.SkipLast(1).Should().OnlyContain(content => content.Length == 4);
        _contents[^1].Should().HaveCount(2);
        Used().Should().HaveCountLessThan(20);
        Used().Should().OnlyContain(list => list.Count == 0, "an unused list keeps nothing alive");
    }

    [GuardedFact]
    public async Task Batch_OneAfterTheOther_UsesTheSameListAgain()
    {
        await using PooledPipeline<int> pipeline = Build((list, _) =>
        {
            Note(list);
            return default;
        });
        await pipeline.StartAsync();

        for (int item = 0; item < 10; item++)
        {
            await HandleAsync(pipeline, item);
            while (_lists[^1].Count > 0)
            {
                await Task.Yield(); // Until it went back.
            }
        }

        Used().Should().ContainSingle();
        _contents.SelectMany(content => content).Should().Equal(Enumerable.Range(0, 10));
    }

    /// <summary>A list that is in use keeps its items while others come and go.</summary>
    [GuardedFact]
    public async Task Batch_CallStillRuns_ItsListIsLeftAlone()
    {
        Gate gate = new(expected: 1);
        IReadOnlyList<int>? held = null;
        await using PooledPipeline<int> pipeline = Build(
            async (list, token) =>
            {
                lock (_lists)
                {
                    Note(list);
                }

                if (list[0] == 0)
                {
                    held = list;
                    await gate.PassAsync(token);
                    list.Should().Equal(0);
                }
            },
            stage => stage.MaxWorkers = 2);
        await pipeline.StartAsync();
        for (int item = 0; item < 100; item++)
        {
            await pipeline.Writer.WriteAsync(item);
        }

        await gate.Arrived;
        while (pipeline.Run.Stages[^1].ReadBooks().Completed < 99)
        {
            await Task.Yield();
        }

        gate.Open();
        PipelineReport report = await pipeline.StopAsync(StopMode.Drain);

        report.Outcome.Should().Be(PipelineOutcome.Drained);
        _lists.Count(list => ReferenceEquals(list, held)).Should().Be(1);
        _contents.SelectMany(content => content).Should().BeEquivalentTo(Enumerable.Range(0, 100));
    }

    [GuardedTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Batch_CallFails_ItsListIsLeftAlone(bool deadLetter)
    {
        List<IReadOnlyList<int>> dead = [];
        await using PooledPipeline<int> pipeline = Build(FailOdd, stage =>
        {
            if (deadLetter)
            {
                stage.OnFailure.DeadLetter((list, _, _) =>
                {
                    dead.Add(list);
                    return default(ValueTask);
                });
            }
            else
            {
                stage.OnFailure.Skip();
            }
        });

        PipelineReport report = await RunAsync(pipeline, 100);

        IEnumerable<object?> left = deadLetter ? dead : report.Failures.Select(failure => failure.Item);
        left.Should().HaveCount(50).And.OnlyHaveUniqueItems();
        left.Cast<IReadOnlyList<int>>().SelectMany(list => list).Should().Equal(Enumerable.Range(0, 100).Where(item => item % 2 == 1));
    }

    [GuardedFact]
    public async Task Batch_CallFaultsTheRun_ItsListAndTheUndeliveredOnesAreLeftAlone()
    {
        Gate gate = new(expected: 1);
        await using PooledPipeline<int> pipeline = Build(async (list, _) =>
        {
            if (list[0] == 10)
            {
                await gate.PassAsync();
                throw new InvalidOperationException("boom");
            }
        });

        Task run = RunAsync(pipeline, 100);
        await gate.Arrived;
        await ListWaitsAsync(pipeline);
        gate.Open();

        PipelineException fault = (await FluentActions.Awaiting(() => run).Should().ThrowAsync<PipelineException>()).Which;
        fault.Report.Consumers().Undelivered.Should().NotBeEmpty();
        fault.Faults.Single().Item.Should().BeAssignableTo<IReadOnlyList<int>>().Which.Should().Equal(10);
        ShouldBeWhole(fault.Report);
    }

    /// <summary>Also by a call before the last one.</summary>
    [GuardedFact]
    public async Task Batch_IsDeliveredAgain_ItsListHasItsItemsEachTime()
    {
        Dictionary<int, int> attempts = [];
        await using PooledPipeline<int> pipeline = Build(
            (list, _) =>
            {
                Note(list);
                int attempt = attempts[list[0]] = attempts.GetValueOrDefault(list[0]) + 1;
                return attempt < 3 ? throw new InvalidOperationException("again") : default;
            },
            stage => stage.OnFailure.Redeliver(maxAttempts: 3, delay: TimeSpan.FromTicks(1)));

        PipelineReport report = await RunAsync(pipeline, 100);

        report.Outcome.Should().Be(PipelineOutcome.Completed);
        attempts.Should().HaveCount(100).And.OnlyContain(entry => entry.Value == 3);
        _contents.Should().OnlyContain(content => content.Length == 1);
    }

    [GuardedTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Batch_Aborted_ListsThatAreHandedBackAreLeftAlone(bool returns)
    {
        Gate gate = new(expected: 1);
        await using PooledPipeline<int> pipeline = Build(async (list, token) =>
        {
            if (list[0] == 20)
            {
                try
                {
                    await gate.PassAsync(token);
                }
                catch (OperationCanceledException) when (returns)
                {
                }
            }
        });
        await pipeline.StartAsync();
        for (int item = 0; item < 25; item++)
        {
            await pipeline.Writer.WriteAsync(item);
        }

        await gate.Arrived;
        await ListWaitsAsync(pipeline);

        PipelineReport report = await pipeline.StopAsync(StopMode.Abort);

        report.ShouldBalance();
        report.Consumers().Completed.Should().Be(returns ? 21 : 20);
        ShouldBeWhole(report);
    }

    /// <summary>The report lists the call as in flight, so the list stays as it is also when the call returns later.</summary>
    [GuardedFact]
    public async Task Batch_Abandoned_ListsInFlightAreLeftAlone()
    {
        FakeTimeProvider clock = new();
        TaskCompletionSource late = new();
        Gate begun = new(expected: 1);
        await using PooledPipeline<int> pipeline = Build(
            async (_, _) =>
            {
                begun.Arrive();
                await late.Task;
            },
            clock: clock);
        await pipeline.StartAsync();
        await pipeline.Writer.WriteAsync(7);
        await begun.Arrived;
        Task<PipelineReport> stop = pipeline.StopAsync(StopMode.Abort);
        while (!stop.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(30));
            await Task.Yield();
        }

        PipelineReport report = await stop;
        object? listed = report.Consumers().InFlightItems.Single().Item;
        late.SetResult();
        while (pipeline.Report!.Consumers().InFlight > 0)
        {
            await Task.Yield();
        }

        report.Outcome.Should().Be(PipelineOutcome.Abandoned);
        pipeline.Report!.Consumers().Completed.Should().Be(1);
        await pipeline.Stages[^1].Completion;
        listed.Should().BeAssignableTo<IReadOnlyList<int>>().Which.Should().Equal(7);
    }

    /// <summary>A call that is late, and whose token was cancelled, but returns, is completed.</summary>
    [GuardedFact]
    public async Task Batch_TimeoutAndCallReturns_ListGoesBackAfterTheReturn()
    {
        int[] after = [];
        await using PooledPipeline<int> pipeline = Build(
            async (list, token) =>
            {
                TaskCompletionSource cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
                using CancellationTokenRegistration registration = token.Register(cancelled.SetResult);
                await cancelled.Task;
                after = [.. list];
                _lists.Add(list);
            },
            stage => stage.Timeout = TimeSpan.FromMilliseconds(1));

        PipelineReport report = await RunAsync(pipeline, 1);

        report.Consumers().Completed.Should().Be(1);
        after.Should().Equal(0);
        _lists.Single().Should().BeEmpty();
    }

    [GuardedFact]
    public async Task Batch_DroppedList_IsLeftAlone()
    {
        Gate gate = new(expected: 1);
        List<IReadOnlyList<int>> dropped = [];
        await using PooledPipeline<int> pipeline = Build(
            async (_, token) => await gate.PassAsync(token),
            stage =>
            {
                stage.Capacity = 1;
                stage.DropWhenFull(System.Threading.Channels.BoundedChannelFullMode.DropNewest, dropped.Add);
            });
        await pipeline.StartAsync();
        await pipeline.Writer.WriteAsync(0);
        await gate.Arrived;
        for (int item = 1; item < 50; item++)
        {
            await pipeline.Writer.WriteAsync(item);
        }

        while (pipeline.Run.Stages[0].ReadBooks().Completed < 50)
        {
            await Task.Yield();
        }

        gate.Open();
        PipelineReport report = await pipeline.StopAsync(StopMode.Drain);

        report.ShouldBalance();
        dropped.Should().HaveCount(48).And.OnlyHaveUniqueItems().And.OnlyContain(list => list.Count == 1);
    }

    /// <summary>A worker that is parked keeps nothing of what it handled.</summary>
    [GuardedFact]
    public async Task Batch_PooledAndHandled_KeepsNoItemAlive()
    {
        await using PooledPipeline<object> pipeline = PooledPipeline.CreateBuilder<object>()
            .Batch(1, pooled: true)
            .Consume((_, _) => default(ValueTask))
            .Build();
        await pipeline.StartAsync();
        WeakReference item = Write(pipeline);

        while (item.IsAlive)
        {
            GC.Collect();
            await Task.Yield();
        }

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static WeakReference Write(PooledPipeline<object> pipeline)
        {
            object item = new();
            pipeline.Writer.TryWrite(item).Should().BeTrue();
            return new WeakReference(item);
        }
    }

    [GuardedFact]
    public async Task Batch_PooledAndAnythingButConsumeAfterIt_IsRefused()
    {
        PipelineBuilder<int, IReadOnlyList<int>> pooled = PooledPipeline.CreateBuilder<int>().Produce([1]).Batch(1, pooled: true);
        PipelineBuilder<int, IReadOnlyList<int>> fresh = PooledPipeline.CreateBuilder<int>().Produce([1]).Batch(1);
        (Action Use, string Name)[] uses =
        [
            (() => pooled.Select(list => list.Count), "Stage 'select'"),
            (() => pooled.Transform((list, _) => new ValueTask<int>(list.Count)), "Stage 'transform'"),
            (() => pooled.TransformBlocking((list, _) => list.Count), "Stage 'transform'"),
            (() => pooled.TransformMany(list => list), "Stage 'transform'"),
            (() => pooled.Where(list => list.Count > 0), "Stage 'where'"),
            (() => pooled.Batch(2), "Stage 'batch-2'"),
            (() => pooled.Broadcast(branch => branch.Consume((_, _) => default(ValueTask))), "Stage 'broadcast'"),
            (() => pooled.Route(_ => 0, branch => branch.Consume((_, _) => default(ValueTask))), "Stage 'route'"),
            (() => pooled.Merge(fresh), "Merge"),
            (() => fresh.Merge(pooled), "Merge"),
            (() => pooled.ToAsyncEnumerable(), "ToAsyncEnumerable"),
            (() => pooled.AddStage<int>(() => throw new NotSupportedException()), "Stage 'stage'"),
        ];

        foreach ((Action use, string name) in uses)
        {
            use.Should().Throw<InvalidOperationException>().WithMessage($"{name} comes after Batch with pooled: true*Consume*leave pooled out*");
        }

        await pooled.Consume((_, _) => default(ValueTask)).Build().RunAsync();
        await pooled.ConsumeBlocking((_, _) => { }).Build().RunAsync();
        await PooledPipeline.CreateBuilder<int>().Produce([1])
            .Broadcast(branch => branch.Batch(1, pooled: true).Consume((_, _) => default(ValueTask)))
            .Build()
            .RunAsync();
    }

    private static PooledPipeline<int> Build(
        Func<IReadOnlyList<int>, CancellationToken, ValueTask> handle,
        Action<StageOptions<IReadOnlyList<int>>>? configure = null,
        TimeProvider? clock = null) =>
        PooledPipeline.CreateBuilder<int>(capacity: 8, configure: options => options.TimeProvider = clock ?? TimeProvider.System)
            .Batch(1, pooled: true)
            .Consume(handle, configure)
            .Build();

    private static ValueTask FailOdd(IReadOnlyList<int> list, CancellationToken cancellationToken) =>
        list[0] % 2 == 1 ? throw new InvalidOperationException("odd") : default;

    private void Note(IReadOnlyList<int> list)
    {
        _lists.Add(list);
        _contents.Add([.. list]);
    }

    private IEnumerable<IReadOnlyList<int>> Used() =>
        _lists.Distinct<IReadOnlyList<int>>(ReferenceEqualityComparer.Instance);

    /// <summary>Until there is a list to hand back.</summary>
    private static async Task ListWaitsAsync(PooledPipeline<int> pipeline)
    {
        while (pipeline.Run.Stages[^1].ReadBooks().Waiting == 0)
        {
            await Task.Yield();
        }
    }

    private static async Task HandleAsync(PooledPipeline<int> pipeline, int item)
    {
        await pipeline.Writer.WriteAsync(item);
        while (pipeline.Run.Stages[^1].ReadBooks().Completed <= item)
        {
            await Task.Yield();
        }
    }

    private static async Task<PipelineReport> RunAsync(PooledPipeline<int> pipeline, int items)
    {
        Task<PipelineReport> run = pipeline.RunAsync();
        try
        {
            for (int item = 0; item < items; item++)
            {
                await pipeline.Writer.WriteAsync(item);
            }

            pipeline.Writer.TryComplete();
        }
        catch (System.Threading.Channels.ChannelClosedException)
        {
            // The run has ended, which is what the caller looks at.
        }

        return await run;
    }

    /// <summary>Lists that were handed back have their items, each its own.</summary>
    private static void ShouldBeWhole(PipelineReport report)
    {
        object?[] lists = [.. report.Consumers().Undelivered.Select(entry => entry.Item)];
        lists.Should().OnlyHaveUniqueItems();
        lists.Cast<IReadOnlyList<int>>().Should().OnlyContain(list => list.Count == 1);
        lists.Cast<IReadOnlyList<int>>().SelectMany(list => list).Should().OnlyHaveUniqueItems();
    }
}
