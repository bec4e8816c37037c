namespace ProducerConsumer.ExplorationTests;

/// <summary>Both sides watch for a chance instead of waiting in line: nobody misses one.</summary>
public sealed class WatchForAChanceTests : ScenarioContract
{
    protected internal override IReadOnlyList<string> Faults => ["watchers-are-not-told"];

    protected override async Task RunAsync()
    {
        BoundedBuffer<int> buffer = new(capacity: 1);
        Task writer = Task.Run(async () =>
        {
            for (int item = 1; item <= 3; item++)
            {
                while (!buffer.Writer.TryWrite(item))
                {
                    (await buffer.Writer.WaitToWriteAsync()).Should().BeTrue();
                }
            }

            buffer.Writer.Complete();
        });
        List<int> read = [];
        while (await buffer.Reader.WaitToReadAsync())
        {
            while (buffer.Reader.TryRead(out int item))
            {
                read.Add(item);
            }
        }

        await writer;
        read.Should().Equal(1, 2, 3);
        buffer.ShouldBeDoneWith(completed: 3);
    }
}
