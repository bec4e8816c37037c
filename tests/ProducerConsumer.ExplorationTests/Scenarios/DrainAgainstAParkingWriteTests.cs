using ProducerConsumer.Tests;

namespace ProducerConsumer.ExplorationTests;

/// <summary>
/// A drain comes while a producer is about to wait for room that nobody makes before the producer was told: it is told, and
/// its write is not in.
/// </summary>
public sealed class DrainAgainstAParkingWriteTests : ScenarioContract
{
    protected internal override IReadOnlyList<string> Faults => ["stop-forgets-the-writes-of-producers", "write-parks-after-the-stop"];

    protected override async Task RunAsync()
    {
        await CancelAlone();
        await DrainARun();
    }

    /// <summary>The same without a run around it, which would leave few moments for the two to meet.</summary>
    private static async Task CancelAlone()
    {
        using CancellationTokenSource source = new();
        BoundedBuffer<int> buffer = new(capacity: 1);
        Edge edge = buffer.AddEdge("producer");
        edge.Token = source.Token;
        buffer.TryWrite(1, edge).Should().BeTrue();
        Task write = Task.Run(async () => await buffer.WriteAsync(2, edge, source.Token));
        await Task.Run(() =>
        {
            source.Cancel();
            buffer.CancelWrites();
        });
        bool cancelled = false;
        try
        {
            await write;
        }
        catch (OperationCanceledException)
        {
            cancelled = true;
        }

        cancelled.Should().BeTrue();
        buffer.Count.Should().Be(1);
    }

    private static async Task DrainARun()
    {
        TaskCompletionSource told = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int written = 0;
        await using PooledPipeline<int> pipeline = Runs.Create(capacity: 1)
            .Produce(count: 1, async (writer, token) =>
            {
                try
                {
                    while (true)
                    {
                        await writer.WriteAsync(written + 1, token);
                        written++;
                    }
                }
                finally
                {
                    told.SetResult();
                }
            })
            .Consume(async (_, _) => await told.Task)
            .Build();
        await pipeline.StartAsync();
        PipelineReport report = await pipeline.StopAsync(StopMode.Drain);
        report.ShouldBalance();
        report.Consumers().Completed.Should().Be(written);
        report.Faults.Should().BeEmpty();
    }
}
