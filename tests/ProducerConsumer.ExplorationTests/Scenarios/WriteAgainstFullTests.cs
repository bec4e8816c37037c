using System.Threading.Channels;

namespace ProducerConsumer.ExplorationTests;

/// <summary>Writers find the buffer full while a reader frees its one slot: each item comes out once, in its writer's order.</summary>
public sealed class WriteAgainstFullTests : ScenarioContract
{
    protected internal override IReadOnlyList<string> Faults => ["write-parks-beside-a-free-slot", "parked-write-is-not-told"];

    protected override async Task RunAsync()
    {
        BoundedBuffer<int> buffer = new(capacity: 1);
        Task writers = Traffic.WriteAsync(buffer.Writer, first: 10, count: 2);
        Task otherWriter = Traffic.WriteAsync(buffer.Writer, first: 20, count: 2);
        List<int> read = [];
        while (read.Count < 4)
        {
            read.Add(await buffer.Reader.ReadAsync());
        }

        await writers;
        await otherWriter;
        read.Where(item => item < 20).Should().Equal(10, 11);
        read.Where(item => item >= 20).Should().Equal(20, 21);
        buffer.ShouldBeDoneWith(completed: 4);
    }
}
