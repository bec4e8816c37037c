namespace ProducerConsumer.Tests;

public sealed class WaiterListTests
{
    [GuardedFact]
    public async Task WaiterList_Empty_HasNoFirst()
    {
        WaiterList list = new();
        list.IsEmpty.Should().BeTrue();
        list.First.Should().BeNull();
        (await Task.Run(list.RemoveFirst)).Should().BeNull();
    }

    [GuardedFact]
    public async Task WaiterList_RandomAddsAndRemoves_KeepsTheOrder()
    {
        Random random = new(11);
        WaiterList list = new();
        List<Waiter> model = [];
        await Task.Run(() =>
        {
            for (int step = 0; step < 10_000; step++)
            {
                switch (random.Next(5))
                {
                    case 0:
                        Waiter? first = list.RemoveFirst();
                        first.Should().BeSameAs(model.FirstOrDefault());
                        model.Remove(first!);
                        ShouldBeOut(first);
                        break;
                    case 1 when model.Count > 0:
                        Waiter any = model[random.Next(model.Count)];
                        list.Remove(any);
                        model.Remove(any);
                        ShouldBeOut(any);
                        break;
                    default:
                        if (model.Count < 8)
                        {
                            Waiter added = new Waiter<int>(Host.Instance);
                            list.Add(added);
                            model.Add(added);
                        }

                        break;
                }

                list.IsEmpty.Should().Be(model.Count == 0);
                Forward(list).SequenceEqual(model).Should().BeTrue();
                Backward(model.LastOrDefault()).SequenceEqual(Enumerable.Reverse(model)).Should().BeTrue();
            }
        });
    }

    private static void ShouldBeOut(Waiter? waiter)
    {
        if (waiter is not null)
        {
            waiter.List.Should().BeNull();
            waiter.Next.Should().BeNull();
            waiter.Previous.Should().BeNull();
        }
    }

    private static IEnumerable<Waiter> Forward(WaiterList list)
    {
        for (Waiter? waiter = list.First; waiter is not null; waiter = waiter.Next)
        {
            waiter.List.Should().BeSameAs(list);
            yield return waiter;
        }
    }

    private static IEnumerable<Waiter> Backward(Waiter? last)
    {
        for (Waiter? waiter = last; waiter is not null; waiter = waiter.Previous)
        {
            yield return waiter;
        }
    }

    private sealed class Host : IWaiterHost
    {
        public static readonly Host Instance = new();

        public bool TryCancel(Waiter waiter, CancellationToken token) => false;

        public void RecordForeignFault(Exception error)
        {
        }
    }
}
