namespace ProducerConsumer.ExplorationTests;

/// <summary>The buffer is completed beside reads and writes: every wait ends, and exactly the accepted items come out.</summary>
public sealed class CompleteAgainstWaitsTests : ScenarioContract
{
    protected internal override IReadOnlyList<string> Faults => ["read-parks-beside-the-end", "parked-read-survives-the-end"];

    protected override async Task RunAsync()
    {
        BoundedBuffer<int> buffer = new(capacity: 1);
        Task<List<int>> reader = Traffic.ReadToEndAsync(buffer.Reader);
        Task<int> writer = Traffic.WriteToEndAsync(buffer.Writer, first: 1, count: 3);
        Task complete = Task.Run(() => buffer.TryComplete().Should().BeTrue());
        int accepted = await writer;
        List<int> read = await reader;
        await complete;
        await buffer.Reader.Completion;
        read.Should().Equal(Enumerable.Range(1, accepted));
        buffer.ShouldBeDoneWith(completed: accepted);
    }
}
