namespace ProducerConsumer.Tests;

public sealed class RingQueueTests
{
    [GuardedTheory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(40)]
    [InlineData(int.MaxValue)]
    public async Task RingQueue_RandomSteps_BehavesLikeAList(int capacity)
    {
        Random random = new(capacity);
        RingQueue<int> queue = new(capacity, new SpinGate());
        List<Single<int>> model = [];
        await Task.Run(() =>
        {
            for (int step = 0; step < 20_000; step++)
            {
                int choice = random.Next((step / 1_000 % 2) == 0 ? 6 : 3); // Fills for a while, then drains.
                if (choice > 1 && !queue.IsFull)
                {
                    // No context for a while, then some.
                    ItemContext? context = step > 5_000 && step % 3 == 0 ? new(onSettled: null, activity: null) : null;
                    queue.Add(step, context);
                    model.Add(new Single<int>(step, context));
                }
                else if (choice == 0 && model.Count > 0)
                {
                    queue.RemoveNewest().Should().Be(model[^1]);
                    model.RemoveAt(model.Count - 1);
                }
                else if (model.Count > 0)
                {
                    queue.Oldest.Should().Be(model[0].Item);
                    queue.RemoveOldest().Should().Be(model[0]);
                    model.RemoveAt(0);
                }

                queue.Count.Should().Be(model.Count);
                queue.IsFull.Should().Be(model.Count == capacity);
            }
        });
    }

    [GuardedFact]
    public async Task RingQueue_GrowsWithItsHeadInTheMiddle_KeepsTheOrder()
    {
        RingQueue<int> queue = new(100, new SpinGate());
        for (int i = 0; i < 16; i++)
        {
            queue.Add(i);
        }

        for (int i = 0; i < 7; i++)
        {
            queue.RemoveOldest().Item.Should().Be(i);
        }

        await Task.Run(() =>
        {
            for (int i = 16; i < 107; i++)
            {
                queue.Add(i);
            }
        });
        queue.IsFull.Should().BeTrue();
        for (int i = 7; i < 107; i++)
        {
            queue.RemoveOldest().Item.Should().Be(i);
        }
    }

    [GuardedTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RingQueue_RemovedItem_IsNotKeptAlive(bool newest)
    {
        RingQueue<object> queue = new(4, new SpinGate());
        WeakReference item = await Task.Run(() => Pass(queue, newest));
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        item.IsAlive.Should().BeFalse();
        queue.Count.Should().Be(0);
    }

    private static WeakReference Pass(RingQueue<object> queue, bool newest)
    {
        object item = new();
        queue.Add(item);
        _ = newest ? queue.RemoveNewest() : queue.RemoveOldest();
        return new WeakReference(item);
    }
}
