using ProducerConsumer.Tests;

namespace ProducerConsumer.ExplorationTests;

/// <summary>
/// A lane becomes empty while it gets an item, which fails and is to come back: the lane is not forgotten, and keeps the
/// next item of its key until then.
/// </summary>
public sealed class LaneOfARedeliveryTests : ScenarioContract
{
    protected internal override IReadOnlyList<string> Faults => ["lane-is-forgotten-with-its-item"];

    protected override async Task RunAsync()
    {
        Handled handled = new();
        TaskCompletionSource found = new();
        int attempts = 0;
        PooledPipeline<int>? pipeline = null;
        pipeline = Runs.Create(capacity: 4, new LooseClock())
            .Consume(
                async (item, token) =>
                {
                    if (item == 1)
                    {
                        Write(3);
                        await found.Task; // The lane of 3 is found: it becomes empty now.
                    }

                    if (item == 3 && attempts++ == 0)
                    {
                        Write(2);
                        Write(5);
                        throw new InvalidOperationException("again");
                    }

                    await handled.HandleAsync(item, token);
                },
                stage =>
                {
                    stage.MaxWorkers = 2;
                    stage.PartitionBy(item =>
                    {
                        if (item == 3)
                        {
                            found.TrySetResult();
                        }

                        return item % 2;
                    });
                    stage.OnFailure.Redeliver(2, TimeSpan.FromMilliseconds(10));
                })
            .Build();
        await using (pipeline)
        {
            Write(1);
            await pipeline.StartAsync();
            await handled.Reaches(4);
            PipelineReport report = await pipeline.StopAsync();
            report.ShouldBalance();
        }

        handled.Items.Where(item => item % 2 == 1).Should().Equal(1, 3, 5);
        handled.Items.Should().HaveCount(4);

        void Write(int item) => pipeline!.Writer.TryWrite(item).Should().BeTrue();
    }
}
