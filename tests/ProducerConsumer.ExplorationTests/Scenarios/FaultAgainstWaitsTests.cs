namespace ProducerConsumer.ExplorationTests;

/// <summary>
/// A fault closes the buffer beside reads, writes and deliveries: every wait ends, and what was accepted has either been
/// read or is handed back.
/// </summary>
public sealed class FaultAgainstWaitsTests : ScenarioContract
{
    protected internal override IReadOnlyList<string> Faults => ["delivery-after-the-close-vanishes", "parked-read-survives-the-close"];

    protected override async Task RunAsync()
    {
        BoundedBuffer<int> buffer = new(capacity: 1);
        Edge edge = buffer.AddEdge("source");
        Task<List<int>> reader = Traffic.ReadToEndAsync(buffer.Reader);
        Task<int> writer = Traffic.WriteToEndAsync(buffer.Writer, first: 10, count: 2);
        Task source = Task.Run(async () =>
        {
            await buffer.DeliverAsync(20, edge);
            await buffer.DeliverAsync(21, edge);
        });
        Task close = Task.Run(() => buffer.Close(new InvalidOperationException("The fault.")));
        int written = await writer;
        await source;
        List<int> read = await reader;
        await close;
        StageBooks books = buffer.ReadBooks("buffer");
        books.Completed.Should().Be(read.Count);
        read.Concat(books.Undelivered.Select(entry => (int)entry.Item!))
            .Should().BeEquivalentTo(Enumerable.Range(10, written).Concat([20, 21]));
        buffer.ShouldBeDoneWith(completed: read.Count);
    }
}
