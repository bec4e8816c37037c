namespace ProducerConsumer.Tests;

public sealed class RouteTests
{
    private readonly List<int>[] _routed = [[], [], []];

    [GuardedTheory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(1_000)]
    public async Task Route_EachItemGoesToItsBranchInOrder(int capacity)
    {
        PipelineReport report = await PooledPipeline.CreateBuilder<int>(capacity)
            .Produce(Enumerable.Range(0, 600))
            .Route(item => item % 3, Into(0), Into(1), Into(2))
            .Build()
            .RunAsync();

        for (int i = 0; i < 3; i++)
        {
            _routed[i].Should().Equal(Enumerable.Range(0, 600).Where(item => item % 3 == i));
            report.Stages[2 + i].Accepted.Should().Be(200);
        }

        report.ShouldBalanceWithBranches();
        report.Stages[1].Name.Should().Be("route");
        report.Stages[1].Emitted.Should().Be(600);
    }

    [GuardedTheory]
    [InlineData(3)]
    [InlineData(-1)]
    public async Task Route_NoSuchBranch_IsAFailureOfTheItem(int index)
    {
        PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>()
            .Produce([0, 1, 2])
            .Route(item => item == 1 ? index : 0, Into(0), Into(1), Into(2))
            .Build();

        PipelineException thrown = (await FluentActions.Awaiting(() => pipeline.RunAsync()).Should().ThrowAsync<PipelineException>()).Which;

        ItemFailure fault = thrown.Faults.Should().ContainSingle().Which;
        fault.Item.Should().Be(1);
        fault.Stage.Should().Be("route");
        fault.Exception.Should().BeOfType<InvalidOperationException>()
            .Which.Message.Should().Match($"*'route' returned {index}*3 branches*0 to 2*");
        thrown.Report.ShouldBalanceWithBranches();
    }

    [GuardedFact]
    public async Task Route_NoSuchBranchAndAPolicy_GoesOnWithTheOthers()
    {
        List<int> dead = [];
        PipelineReport report = await PooledPipeline.CreateBuilder<int>()
            .Produce(Enumerable.Range(0, 100))
            .Route(
                item => item % 10 == 7 ? throw new FormatException("seven") : item % 4,
                stage => stage.OnFailure.DeadLetter((item, _, _) =>
                {
                    dead.Add(item);
                    return default(ValueTask);
                }),
                Into(0),
                Into(1),
                Into(2))
            .Build()
            .RunAsync();

        int[] lost = [.. Enumerable.Range(0, 100).Where(item => item % 4 == 3 || item % 10 == 7)];
        report.Outcome.Should().Be(PipelineOutcome.Completed);
        report.Stages[1].DeadLettered.Should().Be(lost.Length);
        dead.Should().Equal(lost);
        _routed.SelectMany(items => items).Should().BeEquivalentTo(Enumerable.Range(0, 100).Except(lost));
        report.ShouldBalanceWithBranches();
    }

    [GuardedFact]
    public async Task FullBranch_HoldsTheOthersBackButNotWhatTheyWereGiven()
    {
        Gate slow = new();
        Gate fast = new(expected: 4);
        await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(capacity: 64)
            .Produce(Enumerable.Range(0, 1_000))
            .Route(
                item => item % 2,
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

        await fast.Arrived; // The fourth odd item is on its way.
        await slow.Arrived;
        PipelineReport report = await pipeline.StopAsync(StopMode.Abort);

        report.ShouldBalanceWithBranches();
        report.Stages[2].Accepted.Should().Be(4);
        report.Stages[3].Accepted.Should().BeInRange(3, 4);
    }

    private Func<PipelineBuilder<int, int>, PipelineRecipe<int>> Into(int index) => branch => branch.Consume((item, _) =>
    {
        _routed[index].Add(item);
        return default(ValueTask);
    });
}
