using Microsoft.Extensions.Time.Testing;

namespace ProducerConsumer.Tests;

public sealed class ReportTests
{
    [GuardedFact]
    public async Task Report_IsNullBeforeTheEndAndSetEverAfter()
    {
        Gate gate = new();
        await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>()
            .Produce([1]).Consume(async (_, token) => await gate.PassAsync(token)).Build();
        pipeline.Report.Should().BeNull();
        Task<PipelineReport> run = pipeline.RunAsync();
        await gate.Arrived;
        pipeline.Report.Should().BeNull();
        gate.Open();

        PipelineReport report = await run;

        pipeline.Report.Should().BeSameAs(report);
    }

    [GuardedFact]
    public async Task ToString_ShowsTheBooks()
    {
        FakeTimeProvider clock = new();
        Gate gate = new();
        PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(name: "orders", configure: options => options.TimeProvider = clock)
            .Produce(3, _ => new ValueTask<int>(1))
            .Consume(async (_, token) => await gate.PassAsync(token))
            .Build();
        Task<PipelineReport> run = pipeline.RunAsync();
        await gate.Arrived;
        clock.Advance(TimeSpan.FromSeconds(1.5));
        gate.Open();

        (await run).ToString().ReplaceLineEndings("\n").Should().Be(
            """
            Pipeline 'orders': Completed after 1.500 s
              producers: 3 emitted
              consumers: 3 accepted = 3 completed + 0 failed + 0 dead-lettered + 0 dropped + 0 undelivered + 0 in flight
            """);
    }

    [GuardedFact]
    public async Task PipelineException_NamesPipelineStageItemAndError()
    {
        PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(name: "orders")
            .Produce([7])
            .Consume((_, _) => throw new InvalidOperationException("no paper"), stage => stage.Name = "print")
            .Build();

        Func<Task> run = () => pipeline.RunAsync();

        PipelineException thrown = (await run.Should().ThrowAsync<PipelineException>()).Which;
        thrown.Message.Should().Contain("'orders'").And.Contain("print, item 7").And.Contain("no paper");
        thrown.Report.ToString().Should().Contain("fault in print, item 7: InvalidOperationException: no paper");
    }

    [GuardedFact]
    public async Task Stages_ByNameAndInTheOrderOfTheFlow()
    {
        await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(capacity: 9)
            .Produce([1], "files")
            .Produce(5, _ => new ValueTask<int>(1), maxWorkers: 2)
            .Consume((_, _) => default(ValueTask), stage => stage.MaxWorkers = 3)
            .Build();

        pipeline.Stages.Select(stage => stage.Name).Should().Equal("files", "producers", "consumers");
        pipeline.Stages["consumers"].Capacity.Should().Be(9);
        pipeline.Stages["consumers"].MaxWorkers.Should().Be(3);
        pipeline.Stages["producers"].MaxWorkers.Should().Be(2);
        pipeline.Stages["producers"].Capacity.Should().BeNull();
        pipeline.Stages.Count.Should().Be(3);
        pipeline.Stages[0].Name.Should().Be("files");
    }
}
