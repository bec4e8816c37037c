namespace ProducerConsumer.Tests;

/// <summary>The queues of lanes share their memory, and what is handed back of all of them is in order.</summary>
public sealed class LaneQueuesTests
{
    [GuardedFact]
    public async Task TakeAll_SomeCameBackIntoOtherMemory_KeepsTheOrderOfEachQueue()
    {
        LaneQueues<int> queues = new();
        LaneQueue first = default;
        LaneQueue second = default;
        Add(ref first, 0, 1, 2);
        Single<int> zero = queues.RemoveOldest(ref first);
        Single<int> one = queues.RemoveOldest(ref first);
        Add(ref second, 3, 4); // Where 0 and 1 were.
        queues.Add(ref first, one, isFirst: true);
        queues.Add(ref first, zero, isFirst: true);

        queues.TakeAll().Select(item => item.Item).Should().Equal(0, 1, 2, 3, 4);
        await Task.CompletedTask;

        void Add(ref LaneQueue queue, params int[] items)
        {
            foreach (int item in items)
            {
                queues.Add(ref queue, new Single<int>(item, Context: null), isFirst: false);
            }
        }
    }
}
