using System.Runtime.CompilerServices;

namespace ProducerConsumer.Tests;

public sealed class IntakeTests
{
    private readonly Edge _edge = new("producers");
    private readonly RingQueue<int> _queue = new(16, new SpinGate());

    [GuardedFact]
    public async Task TryAdd_Closed_RefusesAndCountsNothing()
    {
        Intake<int> intake = new();
        intake.TryAdd(1, _edge).Should().BeFalse();
        _edge.Accepted.Should().Be(0);
        intake.CloseInto_NeedsLock(_queue).Should().Be(0);
        await Task.CompletedTask;
    }

    [GuardedFact]
    public async Task Open_LetsAsManyInAsItWasToldAndGivesThemInTheirOrder()
    {
        Intake<int> intake = new();
        intake.Reserve(5);
        intake.Reserve(3); // Has memory by now.
        intake.Size.Should().Be(5);
        intake.Open_NeedsLock(3);
        foreach (int item in (int[])[1, 2, 3])
        {
            intake.TryAdd(item, _edge).Should().BeTrue();
        }

        intake.TryAdd(4, _edge).Should().BeFalse();
        intake.CloseInto_NeedsLock(_queue).Should().Be(3);
        intake.TryAdd(4, _edge).Should().BeFalse();
        intake.Open_NeedsLock(5);
        intake.TryAdd(5, edge: null).Should().BeTrue();
        intake.CloseInto_NeedsLock(_queue).Should().Be(1);

        int[] items = new int[4];
        _queue.RemoveOldest(items);
        items.Should().Equal(1, 2, 3, 5);
        _edge.Accepted.Should().Be(3);
        await Task.CompletedTask;
    }

    [GuardedFact]
    public async Task CloseInto_Objects_KeepsNoneOfThemAlive()
    {
        Intake<object> intake = new();
        WeakReference item = Pass(intake);
        GC.Collect();
        item.IsAlive.Should().BeFalse();
        GC.KeepAlive(intake);
        await Task.CompletedTask;

        [MethodImpl(MethodImplOptions.NoInlining)]
        static WeakReference Pass(Intake<object> intake)
        {
            RingQueue<object> queue = new(16, new SpinGate());
            object item = new();
            intake.Reserve(4);
            intake.Open_NeedsLock(4);
            intake.TryAdd(item, edge: null).Should().BeTrue();
            intake.CloseInto_NeedsLock(queue);
            return new WeakReference(item);
        }
    }

    [GuardedFact]
    public async Task TryAdd_OthersOpenAndClose_EveryItemComesOutOnceInTheOrderOfItsWriter()
    {
        const int Items = 100_000;
        const int Writers = 2;
        SpinGate gate = new();
        Intake<int> intake = new();
        intake.Reserve(16);
        RingQueue<int> queue = new(16, gate);
        queue.AddMany(new Portion<int>(new int[16], default)); // Has grown to its size.
        queue.RemoveOldest(new int[16]);
        List<int> all = [];
        Task writers = Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Factory.StartNew(
            () =>
            {
                for (int item = 0; item < Items;)
                {
                    item += intake.TryAdd((writer * Items) + item, _edge) ? 1 : 0;
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));
        for (int round = 0; !writers.IsCompleted; round++)
        {
            gate.Enter();
            intake.Open_NeedsLock((round % 16) + 1);
            gate.Exit();
            Thread.Yield();
            gate.Enter();
            int[] items = new int[intake.CloseInto_NeedsLock(queue)];
            queue.RemoveOldest(items);
            gate.Exit();
            all.AddRange(items);
        }

        await writers;
        for (int writer = 0; writer < Writers; writer++)
        {
            all.Where(item => item / Items == writer).Should().Equal(Enumerable.Range(writer * Items, Items));
        }

        _edge.Accepted.Should().Be(Writers * Items);
    }
}
