namespace ProducerConsumer.ExplorationTests;

/// <summary>One read is cancelled while an item comes: it has the item, or the item is still there for the next.</summary>
public sealed class CancelOfAReadTests : ScenarioContract
{
    protected internal override IReadOnlyList<string> Faults => ["cancel-beside-a-hand-off"];

    protected override async Task RunAsync()
    {
        BoundedBuffer<int> buffer = new(capacity: 1);
        using CancellationTokenSource source = new();
        Task<List<int>> cancelled = Traffic.ReadToEndAsync(buffer.Reader, source.Token);
        Task writer = Traffic.WriteAsync(buffer.Writer, first: 1, count: 2);
        Task cancel = Task.Run(source.Cancel);
        List<int> read = await cancelled;
        read.AddRange(await Traffic.ReadAsync(buffer.Reader, count: 2 - read.Count));
        await writer;
        await cancel;
        read.Should().Equal(1, 2);
        buffer.ShouldBeDoneWith(completed: 2);
    }
}
