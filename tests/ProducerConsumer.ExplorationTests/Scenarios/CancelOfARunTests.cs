using ProducerConsumer.Tests;

namespace ProducerConsumer.ExplorationTests;

/// <summary>
/// The token of a run is cancelled while producers wait for room and a handler waits for its own token: every wait ends,
/// and each item that was taken in has one fate.
/// </summary>
public sealed class CancelOfARunTests : ScenarioContract
{
    protected internal override IReadOnlyList<string> Faults => ["stop-forgets-the-tokens-of-handlers"];

    protected override async Task RunAsync()
    {
        using CancellationTokenSource source = new();
        await using PooledPipeline<int> pipeline = Runs.Create(capacity: 1)
            .Produce(count: 2, async (writer, token) =>
            {
                await writer.WriteAsync(1, token);
                await writer.WriteAsync(2, token);
            })
            .Consume(async (_, token) => await Runs.WaitForAsync(token))
            .Build();
        Task<PipelineReport> run = pipeline.RunAsync(source.Token);
        await Task.Run(source.Cancel);
        bool cancelled = false;
        try
        {
            await run;
        }
        catch (OperationCanceledException)
        {
            cancelled = true;
        }

        cancelled.Should().BeTrue();
        PipelineReport report = pipeline.Report!;
        report.Outcome.Should().Be(PipelineOutcome.Canceled);
        report.ShouldBalance();
        report.Consumers().Undelivered.Should().HaveCount((int)report.Consumers().Accepted);
    }
}
