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
                else if (model.Count > 0 && step % 4 == 0)
                {
                    RemoveOldest(queue, count: random.Next(Math.Min(3, model.Count)) + 1).Should().Equal(model.Take(3).Take(model.Count - queue.Count));
                    model.RemoveRange(0, model.Count - queue.Count);
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

    public static TheoryData<string> Removals { get; } = ["oldest", "newest", "one in a span", "several in a span"];

    [GuardedTheory]
    [MemberData(nameof(Removals))]
    public async Task RingQueue_RemovedItem_IsNotKeptAlive(string removal)
    {
        RingQueue<object> queue = new(4, new SpinGate());
        WeakReference item = await Task.Run(() => Pass(queue, removal));
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        item.IsAlive.Should().BeFalse();
        queue.Count.Should().Be(0);
    }

    private static WeakReference Pass(RingQueue<object> queue, string removal)
    {
        object item = new();
        queue.Add(item);
        switch (removal)
        {
            case "oldest":
                queue.RemoveOldest();
                break;
            case "newest":
                queue.RemoveNewest();
                break;
            case "one in a span":
                queue.RemoveOldest(new object[1]);
                break;
            default:
                queue.Add(new object());
                queue.RemoveOldest(new object[2]);
                break;
        }

        return new WeakReference(item);
    }

    private static List<Single<int>> RemoveOldest(RingQueue<int> queue, int count)
    {
        ItemContext?[] contexts = new ItemContext?[count];
        if (queue.HasContexts)
        {
            queue.MoveOldestContexts(contexts);
        }

        int[] items = new int[count];
        queue.RemoveOldest(items);
        return [.. items.Zip(contexts, static (item, context) => new Single<int>(item, context))];
    }
}
