namespace ProducerConsumer.Tests;

/// <summary>Several stages: what each does with its items, and how they end together.</summary>
public sealed class StageTests
{
    [GuardedTheory]
    [InlineData(1, 1)]
    [InlineData(4, 1)]
    [InlineData(64, 8)]
    public async Task Stages_EveryKind_PassOnWhatTheyShould(int capacity, int workers)
    {
        List<string> handled = [];
        PipelineReport report = await PooledPipeline.CreateBuilder<int>(capacity)
            .Produce(Enumerable.Range(0, 300))
            .Transform(async (item, _) =>
            {
                await Task.Yield();
                return item + 1;
            }, maxWorkers: workers)
            .Where(item => item % 2 == 0)
            .Where(async (item, _) =>
            {
                await Task.Yield();
                return item % 3 == 0;
            }, maxWorkers: workers)
            .TransformMany(item => Enumerable.Repeat(item, 3))
            .TransformMany((item, _) => TwiceAsync(item), maxWorkers: workers)
            .Select(item => $"{item}")
            .Consume((item, _) =>
            {
                handled.Add(item);
                return default;
            })
            .Build()
            .RunAsync();

        report.ShouldBalance();
        handled.Should().BeEquivalentTo(
            Enumerable.Range(1, 300).Where(item => item % 6 == 0).SelectMany(item => Enumerable.Repeat($"{item}", 6)));
        report.Stages.Select(stage => stage.Name).Should().Equal(
            "producers", "transform", "where", "where-2", "transform-2", "transform-3", "select", "consumers");
    }

    [GuardedFact]
    public async Task Stages_OneWorkerEach_KeepTheOrder()
    {
        List<int> handled = [];
        await PooledPipeline.CreateBuilder<int>(capacity: 16)
            .Produce(Enumerable.Range(0, 5_000))
            .Transform((item, _) => item % 7 == 0 ? new ValueTask<int>(Task.FromResult(item)) : new ValueTask<int>(item))
            .Transform(async (item, _) =>
            {
                if (item % 100 == 0)
                {
                    await Task.Yield();
                }

                return item;
            })
            .Select(item => item)
            .Consume((item, _) =>
            {
                handled.Add(item);
                return default;
            })
            .Build()
            .RunAsync();

        handled.Should().Equal(Enumerable.Range(0, 5_000));
    }

    /// <summary>Stage k of n faults while those before it keep pumping and the last one is held.</summary>
    [GuardedTheory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Fault_InAnyStage_StopsThoseBeforeAndSettlesThoseBehind(int faulty)
    {
        InvalidOperationException root = new("root");
        Gate gate = new();
        int active = 0;
        Func<int, CancellationToken, ValueTask<int>> Stage(int number) => async (item, token) =>
        {
            Interlocked.Increment(ref active);
            try
            {
                if (number == faulty && item >= 50)
                {
                    throw root;
                }

                await Task.Yield();
                return item;
            }
            finally
            {
                Interlocked.Decrement(ref active);
            }
        };
        await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(capacity: 2)
            .Produce(Endless())
            .Transform(Stage(0), maxWorkers: 2)
            .Transform(Stage(1))
            .Transform(Stage(2), maxWorkers: 3)
            .Consume(async (item, token) => await Stage(3)(item, token), maxWorkers: 2)
            .Build();

        PipelineException thrown =
            (await FluentActions.Awaiting(() => pipeline.RunAsync()).Should().ThrowAsync<PipelineException>()).Which;

        active.Should().Be(0);
        thrown.InnerException.Should().BeSameAs(root);
        thrown.Report.ShouldBalance();
        thrown.Report.Stages[faulty + 1].Failed.Should().BeGreaterThanOrEqualTo(1);

        static IEnumerable<int> Endless()
        {
            for (int item = 0; ; item++)
            {
                yield return item;
            }
        }
    }

    /// <summary>A result that the next stage, closed by then, refuses: its item is handed back with it.</summary>
    [GuardedFact]
    public async Task Abort_CallReturnsAfterwards_HandsTheItemBackWithItsResult()
    {
        Gate gate = new();
        await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>()
            .Produce([7])
            .Transform(async (item, _) =>
            {
                await gate.PassAsync();
                return $"<{item}>";
            })
            .Consume((_, _) => default(ValueTask))
            .Build();
        await pipeline.StartAsync();
        await gate.Arrived;

        pipeline.RequestStop(StopMode.Abort);
        gate.Open();
        PipelineReport report = await pipeline.StopAsync(StopMode.Abort);

        report.ShouldBalance();
        UndeliveredItem entry = report.Stages[1].Undelivered.Should().ContainSingle().Which;
        (entry.Item, entry.Started, entry.Emitted).Should().Be((7, true, 0));
        entry.Refused.Should().Equal("<7>");
    }

    [GuardedFact]
    public async Task Abort_InTheMiddleOfManyResults_TellsHowManyTheNextStageHas()
    {
        Gate gate = new();
        await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>()
            .Produce([7])
            .TransformMany((item, _) => ManyAsync(gate))
            .Consume(async (_, token) => await new Gate().PassAsync(token))
            .Build();
        await pipeline.StartAsync();
        await gate.Arrived;

        pipeline.RequestStop(StopMode.Abort);
        gate.Open();
        PipelineReport report = await pipeline.StopAsync(StopMode.Abort);

        report.ShouldBalance();
        UndeliveredItem entry = report.Stages[1].Undelivered.Should().ContainSingle().Which;
        (entry.Started, entry.Emitted).Should().Be((true, 3));
        entry.Refused.Should().Equal(3);
        report.Stages[2].Accepted.Should().Be(3);
        report.Stages[2].Undelivered.Should().HaveCount(3);

        static async IAsyncEnumerable<int> ManyAsync(Gate gate)
        {
            yield return 0;
            yield return 1;
            yield return 2;
            await gate.PassAsync();
            yield return 3;
        }
    }

    /// <summary>What a call emitted before it waits for something is with the next stage, though the call does not return.</summary>
    [GuardedFact]
    public async Task ManyResults_SourceWaitsUntilTheyAreHandled_GoesOn()
    {
        Gate handled = new(expected: 40);
        PipelineReport report = await PooledPipeline.CreateBuilder<int>()
            .Produce([1])
            .TransformMany((_, _) => ManyAsync())
            .Consume((_, _) =>
            {
                handled.Arrive();
                return default;
            })
            .Build()
            .RunAsync();
        report.Consumers().Completed.Should().Be(41);

        async IAsyncEnumerable<int> ManyAsync()
        {
            for (int i = 0; i < 40; i++)
            {
                yield return i;
            }

            await handled.Arrived;
            yield return 40;
        }
    }

    /// <summary>A verb of an application's own, over the seam that the library's verbs use.</summary>
    [GuardedFact]
    public async Task AddStage_VerbOfOnesOwn_KeepsStateEmitsAndEnds()
    {
        List<(int, int)> runs = [];

        PipelineReport report = await PooledPipeline.CreateBuilder<int>()
            .Produce([1, 1, 1, 5, 5, 2])
            .AddStage(() => new RunLengths())
            .Consume((run, _) =>
            {
                runs.Add(run);
                return default;
            })
            .Build()
            .RunAsync();

        report.ShouldBalance();
        runs.Should().Equal((1, 3), (5, 2), (2, 1));
        report.Stages[1].Name.Should().Be("stage");
    }

    private static async IAsyncEnumerable<int> TwiceAsync(int item)
    {
        yield return item;
        await Task.Yield();
        yield return item;
    }

    private sealed class RunLengths : StageWorker<int, (int Item, int Length)>
    {
        private int _last;

        protected override async ValueTask HandleAsync(int item, CancellationToken cancellationToken)
        {
            if (KeptCount > 0 && item != _last)
            {
                await EmitKeptAsync((_last, KeptCount));
            }

            _last = item;
            Keep();
        }

        protected override ValueTask EndAsync(CancellationToken cancellationToken) =>
            KeptCount > 0 ? EmitKeptAsync((_last, KeptCount)) : default;
    }
}
