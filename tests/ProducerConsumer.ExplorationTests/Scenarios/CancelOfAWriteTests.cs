namespace ProducerConsumer.ExplorationTests;

/// <summary>One write is cancelled while its slot comes free: the item is in or its writer was told that it is not.</summary>
public sealed class CancelOfAWriteTests : ScenarioContract
{
    protected internal override IReadOnlyList<string> Faults => ["cancel-beside-a-hand-off", "cancelled-wait-stays-in-line"];

    protected override async Task RunAsync()
    {
        BoundedBuffer<int> buffer = new(capacity: 1);
        using CancellationTokenSource source = new();
        Task<int> writer = Traffic.WriteToEndAsync(buffer.Writer, first: 1, count: 3, source.Token);
        Task cancel = Task.Run(source.Cancel);
        Task<List<int>> reader = Traffic.ReadToEndAsync(buffer.Reader);
        int accepted = await writer;
        await cancel;
        buffer.TryComplete().Should().BeTrue();
        List<int> read = await reader;
        read.Should().Equal(Enumerable.Range(1, accepted));
        buffer.ShouldBeDoneWith(completed: accepted);
    }
}
