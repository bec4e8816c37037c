namespace ProducerConsumer.Tests;

public sealed class LocalBatchTests
{
    [GuardedFact]
    public async Task TakeAll_SomeWereTaken_GivesTheOthersAndBeginsANewBatch()
    {
        LocalBatch<int> batch = new(new Edge("producers"), size: 4);
        batch.Add(1);
        batch.Take_NeedsLock().Items.ToArray().Should().Equal(1);
        batch.Add(2);
        batch.Add(3);
        batch.Added.Should().Be(3);
        batch.Count_NeedsLock.Should().Be(2);
        batch.TakeAll_NeedsLock().Items.ToArray().Should().Equal(2, 3);
        batch.Added.Should().Be(0);
        batch.Take_NeedsLock().Items.ToArray().Should().BeEmpty();
        await Task.CompletedTask;
    }

    [GuardedFact]
    public async Task Add_MoreThanFit_IsRefused()
    {
        LocalBatch<string> batch = new(new Edge("producers"), size: 16);
        Action add = () => batch.Add("one too many");
        for (int i = 0; i < 16; i++)
        {
            batch.Add("fits");
        }

        add.Should().Throw<ArgumentOutOfRangeException>();
        batch.TakeAll_NeedsLock().Items.ToArray().Should().HaveCount(16).And.OnlyContain(item => item == "fits");
        await Task.CompletedTask;
    }

    [GuardedFact]
    public async Task Add_SomeHaveContexts_EachKeepsItsOwn()
    {
        ItemContext context = new(onSettled: null, activity: null);
        LocalBatch<int> batch = new(new Edge("producers"), size: 4);
        batch.Add(1);
        batch.HasContexts.Should().BeFalse();
        batch.Add(2, context);
        batch.Add(3);

        Portion<int> taken = batch.Take_NeedsLock();
        batch.Add(4);

        Enumerable.Range(0, 3).Select(taken.ContextOf).Should().Equal(null, context, null);
        batch.TakeAll_NeedsLock().ContextOf(0).Should().BeNull();
        batch.Add(5);
        batch.Add(6);
        Portion<int> again = batch.TakeAll_NeedsLock();
        Enumerable.Range(0, 2).Select(again.ContextOf).Should().Equal([null, null], "the slot of the second is used again");
        await Task.CompletedTask;
    }

    [GuardedFact]
    public async Task Add_OthersTake_EveryItemIsTakenOnceInItsOrder()
    {
        const int Rounds = 20_000;
        const int Size = 8;
        SpinGate gate = new();
        LocalBatch<int> batch = new(new Edge("producers"), Size);
        List<int> all = [];
        bool done = false;
        Task taker = Task.Factory.StartNew(
            () =>
            {
                while (!Volatile.Read(ref done))
                {
                    gate.Enter();
                    all.AddRange(batch.Take_NeedsLock().Items.Span);
                    gate.Exit();
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        for (int round = 0; round < Rounds; round++)
        {
            for (int i = 0; i < Size; i++)
            {
                batch.Add((round * Size) + i);
            }

            gate.Enter();
            all.AddRange(batch.TakeAll_NeedsLock().Items.Span);
            gate.Exit();
        }

        Volatile.Write(ref done, true);
        await taker;
        all.Should().Equal(Enumerable.Range(0, Rounds * Size));
    }
}
