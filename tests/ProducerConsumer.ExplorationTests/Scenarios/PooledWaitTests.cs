namespace ProducerConsumer.ExplorationTests;

/// <summary>A wait that is over is used for the next one: nobody who is still busy with the old one meets the new one.</summary>
public sealed class PooledWaitTests : ScenarioContract
{
    protected internal override IReadOnlyList<string> Faults => ["waiter-is-given-back-under-its-publisher"];

    protected override async Task RunAsync()
    {
        BoundedBuffer<int> buffer = new(capacity: 1);
        using CancellationTokenSource never = new();
        Task<int> writer = Traffic.WriteToEndAsync(buffer.Writer, first: 1, count: 5, never.Token);
        List<int> read = [];
        while (read.Count < 5)
        {
            read.Add(await buffer.Reader.ReadAsync());
        }

        (await writer).Should().Be(5);
        read.Should().Equal(1, 2, 3, 4, 5);
        buffer.ShouldBeDoneWith(completed: 5);
    }
}
