using System.Collections.Concurrent;

namespace ProducerConsumer.Tests;

public sealed class MergeTests
{
    private readonly ConcurrentQueue<int> _handled = [];

    [GuardedFact]
    public async Task Merge_CompletesAfterTheLastOfBoth()
    {
        Gate gate = new();
        PipelineBuilder<int> slow = PooledPipeline.CreateBuilder<int>()
            .Produce(1, async (writer, token) =>
            {
                await gate.PassAsync(token);
                await writer.WriteAsync(100, token);
            });
        await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>()
            .Produce(Enumerable.Range(0, 5))
            .Select(item => item)
            .Merge(slow.Select(item => item + 1).Where(_ => true))
            .Consume(Handle)
            .Build();
        Task<PipelineReport> run = pipeline.RunAsync();
        await gate.Arrived;
        await pipeline.Stages["select"].Completion;
        pipeline.Stages["consumers"].Completion.IsCompleted.Should().BeFalse();

        gate.Open();
        PipelineReport report = await run;

        _handled.Should().BeEquivalentTo([0, 1, 2, 3, 4, 101]);
        report.ShouldBalanceWithBranches();
        report.Stages.Select(stage => stage.Name).Should().Equal(
            "producers", "select", "producers-2", "select-2", "where", "consumers");
    }

    [GuardedFact]
    public async Task Merge_Itself_RunsTwoCopies()
    {
        PipelineBuilder<int, int> builder = PooledPipeline.CreateBuilder<int>().Produce([1, 2, 3]).Select(item => item * 10);

        PipelineReport report = await builder.Merge(builder).Merge(builder.Merge(builder)).Consume(Handle).Build().RunAsync();

        _handled.Should().HaveCount(12).And.BeEquivalentTo(Enumerable.Repeat(new[] { 10, 20, 30 }, 4).SelectMany(items => items));
        report.ShouldBalanceWithBranches();
        report.Stages.Select(stage => stage.Name).Should().OnlyHaveUniqueItems().And.HaveCount(9);
    }

    [GuardedFact]
    public async Task Merge_DefaultNamesOfBoth_AreFreeOnesInFaultsToo()
    {
        PipelineBuilder<int, int> other = PooledPipeline.CreateBuilder<int>()
            .Produce([7], "select-3")
            .Select<int>(_ => throw new InvalidOperationException("other"));
        PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>()
            .Produce([1])
            .Select(item => item)
            .Select(item => item)
            .Merge(other)
            .Consume(Handle)
            .Build();

        PipelineException thrown = (await FluentActions.Awaiting(() => pipeline.RunAsync()).Should().ThrowAsync<PipelineException>()).Which;

        thrown.Faults.Should().ContainSingle().Which.Stage.Should().Be("select-4");
        thrown.Report.ShouldBalanceWithBranches();
    }

    [GuardedFact]
    public async Task Merge_NameThatBothWereGiven_IsRefused()
    {
        PipelineBuilder<int> Named() => PooledPipeline.CreateBuilder<int>().Produce([1], "orders");

        Action merge = () => Named().Merge(Named());

        merge.Should().Throw<ArgumentException>().WithMessage("*Both*'orders'*another name*");
        await Task.CompletedTask;
    }

    [GuardedFact]
    public async Task Merge_StagesKeepTheCapacityOfTheirRecipe()
    {
        PipelineBuilder<int, int> other = PooledPipeline.CreateBuilder<int>(capacity: 10, name: "other")
            .Produce(Enumerable.Range(0, 100))
            .Batch(10)
            .TransformMany(batch => batch);
        await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(capacity: 3, name: "main")
            .Produce(Enumerable.Range(100, 100))
            .Merge(other)
            .Consume(Handle)
            .Build();

        PipelineReport report = await pipeline.RunAsync();

        pipeline.Name.Should().Be("main");
        pipeline.Stages.Where(stage => stage.Capacity is not null).Select(stage => stage.Capacity).Should().Equal(10, 10, 3);
        _handled.Should().BeEquivalentTo(Enumerable.Range(0, 200));
        report.ShouldBalanceWithBranches();
    }

    [GuardedTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Merge_IntoAPipelineThatIsPushedTo_EndsWithBoth(bool writerFirst)
    {
        Gate gate = new();
        PipelineBuilder<int> other = PooledPipeline.CreateBuilder<int>(capacity: 2)
            .Produce(1, async (writer, token) =>
            {
                await gate.PassAsync(token);
                for (int i = 0; i < 50; i++)
                {
                    await writer.WriteAsync(i, token);
                }
            });
        await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(capacity: 2)
            .Select(item => item)
            .Merge(other)
            .Consume(Handle)
            .Build();
        Task<PipelineReport> run = pipeline.RunAsync();
        await pipeline.Writer.WriteAsync(1_000);
        if (writerFirst)
        {
            pipeline.Writer.Complete();
            await pipeline.Stages["select"].Completion;
            gate.Open();
        }
        else
        {
            gate.Open();
            await pipeline.Stages["producers"].Completion;
            run.IsCompleted.Should().BeFalse();
            await pipeline.Writer.WriteAsync(1_001);
            pipeline.Writer.Complete();
        }

        PipelineReport report = await run;

        report.Outcome.Should().Be(PipelineOutcome.Completed);
        _handled.Should().BeEquivalentTo(Enumerable.Range(0, 50).Concat(writerFirst ? [1_000] : [1_000, 1_001]));
    }

    [GuardedFact]
    public async Task Merge_InsideABranch_FeedsThatBranchAlone()
    {
        ConcurrentQueue<int> plain = [];
        PipelineBuilder<int> other = PooledPipeline.CreateBuilder<int>().Produce(Enumerable.Range(100, 50));

        PipelineReport report = await PooledPipeline.CreateBuilder<int>(capacity: 4)
            .Produce(Enumerable.Range(0, 50))
            .Broadcast(
                branch => branch.Merge(other).Consume(Handle),
                branch => branch.Consume((item, _) =>
                {
                    plain.Enqueue(item);
                    return default(ValueTask);
                }))
            .Build()
            .RunAsync();

        plain.Should().Equal(Enumerable.Range(0, 50));
        _handled.Should().BeEquivalentTo(Enumerable.Range(0, 50).Concat(Enumerable.Range(100, 50)));
        report.ShouldBalanceWithBranches();
    }

    [GuardedFact]
    public async Task Merge_ResultsAreRead_BreakEndsTheSourcesOfBoth()
    {
        Feed feed = new() { Producers = 4 };
        PipelineBuilder<int> Endless() => PooledPipeline.CreateBuilder<int>(capacity: 4).Produce(2, feed.WriteToAsync);
        List<PipelineReport> reports = [];
        List<int> read = [];

        await foreach (int result in Endless().Merge(Endless().Select(item => item)).ToAsyncEnumerable(reports.Add))
        {
            read.Add(result);
            if (read.Count == 100)
            {
                break;
            }
        }

        feed.Active.Should().Be(0);
        reports.Should().ContainSingle().Which.ShouldAccountFor(read);
        reports[0].ShouldBalanceWithBranches();
    }

    private ValueTask Handle(int item, CancellationToken cancellationToken)
    {
        _handled.Enqueue(item);
        return default;
    }
}
