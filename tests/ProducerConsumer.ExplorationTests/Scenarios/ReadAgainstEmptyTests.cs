namespace ProducerConsumer.ExplorationTests;

/// <summary>Readers find the buffer empty while a writer brings items: each item goes to one of them.</summary>
public sealed class ReadAgainstEmptyTests : ScenarioContract
{
    protected internal override IReadOnlyList<string> Faults => ["read-parks-beside-an-item", "parked-read-is-not-told", "item-is-handed-over-and-kept"];

    protected override async Task RunAsync()
    {
        BoundedBuffer<int> buffer = new(capacity: 4);
        Task<List<int>> oneReader = Traffic.ReadAsync(buffer.Reader, count: 2);
        Task<List<int>> otherReader = Traffic.ReadAsync(buffer.Reader, count: 1);
        for (int item = 1; item <= 3; item++)
        {
            buffer.Writer.TryWrite(item).Should().BeTrue();
        }

        List<int> one = await oneReader;
        List<int> other = await otherReader;
        one.Should().BeInAscendingOrder();
        one.Concat(other).Should().BeEquivalentTo([1, 2, 3]);
        buffer.ShouldBeDoneWith(completed: 3);
    }
}
