namespace ProducerConsumer.Tests;

/// <summary>Many results wait for the oldest, and then for room.</summary>
public sealed class OrderBacklogTests
{
    [GuardedTheory]
    [InlineData(1_000)]
    [InlineData(50_000)]
    public async Task PreserveOrder_ManyResultsWaitForTheOldest_AndThenForRoom_GoOn(int count)
    {
        Gate oldest = new();
        int handled = 0;
        await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(capacity: 1_000_000)
            .Produce(Enumerable.Range(0, count))
            .Transform(
                async (item, token) =>
                {
                    if (item == 0)
                    {
                        await oldest.PassAsync(token);
                    }

                    return item;
                },
                maxWorkers: 2,
                preserveOrder: true)
            .Consume(
                async (_, _) =>
                {
                    await Task.Yield();
                    handled++;
                },
                stage => stage.Capacity = 1)
            .Build();
        Task<PipelineReport> run = pipeline.RunAsync();
        while (pipeline.Run.Stages[1].ReadBooks() is { } books && (books.Waiting > 0 || books.InFlight < count))
        {
            await Task.Delay(50);
        }

        oldest.Open();
        (await run).ShouldBalance();
        handled.Should().Be(count);
    }

    [GuardedFact]
    public async Task PreserveOrder_NextStageIsAlwaysFull_GoesOn()
    {
        const int Count = 300_000;
        int handled = 0;
        PipelineReport report = await PooledPipeline.CreateBuilder<int>(capacity: 64)
            .Produce(Enumerable.Range(0, Count))
            .TransformMany(static item => item % 2 == 0 ? [] : new[] { item, item }, maxWorkers: 4, preserveOrder: true)
            .Consume(
                (_, _) =>
                {
                    handled++;
                    return default;
                },
                stage => stage.Capacity = 2)
            .Build()
            .RunAsync();
        report.ShouldBalance();
        handled.Should().Be(Count);
    }
}
