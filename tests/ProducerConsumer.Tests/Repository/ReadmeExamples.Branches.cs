namespace ProducerConsumer.Tests;

/// <summary>The examples of the section on branches and results.</summary>
public sealed partial class ReadmeExamples
{
    [GuardedFact]
    public async Task Branches_MeetAndPart()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        static Order[] ReadOrders() => [.. Enumerable.Range(0, 500).Select(number => new Order(number))];
        static string[] ReadNumbers() => [.. Enumerable.Range(500, 500).Select(number => $"{number}")];

        #region readme branches
        PipelineReport report = await PooledPipeline.CreateBuilder<Order>(capacity: 1_000)
            .Produce(ReadOrders())
            .Merge(PooledPipeline.CreateBuilder<string>().Produce(ReadNumbers()).Transform(FindOrderAsync, maxWorkers: 16))
            .Broadcast(
                branch => branch.Batch(maxSize: 100).Consume(SaveManyAsync),
                branch => branch.Route(
                    order => order.Number < 500 ? 0 : 1,
                    small => small.Consume(ShipAsync),
                    large => large.Where(CheckAsync).Consume(ShipAsync, stage => stage.Name = "large")))
            .Build()
            .RunAsync(cancellationToken);
        #endregion

        report.Outcome.Should().Be(PipelineOutcome.Completed);
        report.Stages[^1].Accepted.Should().Be(500);
        _saved.Should().HaveCount(1_000);

        static async Task<bool> CheckAsync(Order order, CancellationToken cancellationToken)
        {
            await Task.Yield();
            return order.Number >= 500;
        }

        static Task ShipAsync(Order order, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    [GuardedFact]
    public async Task Results_AreReadUntilTheLoopIsLeft()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        List<PipelineReport> reports = [];
        static string[] ReadNumbers() => [.. Enumerable.Range(0, 1_000).Select(number => $"{number}")];

        #region readme results
        await foreach (Order order in PooledPipeline.CreateBuilder<string>(capacity: 100)
            .Produce(ReadNumbers())
            .Transform(FindOrderAsync, maxWorkers: 16)
            .ToAsyncEnumerable(onCompleted: reports.Add, cancellationToken))
        {
            if (order.Number == 7)
            {
                break; // Aborts the run and waits for its end; the report has what was not read.
            }
        }
        #endregion

        reports.Should().ContainSingle().Which.Outcome.Should().Be(PipelineOutcome.Aborted);
        reports[0].ShouldBalance();
    }
}
