namespace ProducerConsumer.Tests;

public sealed class LocalBatchTests
{
    [GuardedFact]
    public async Task TakeAll_SomeWereTaken_GivesTheOthersAndBeginsANewBatch()
    {
        LocalBatch<int> batch = new(new Edge("producers"), size: 4);
        batch.Add(1);
        batch.Add(2);
        batch.Add(3);
        batch.Take_NeedsLock(1).ToArray().Should().Equal(1);
        batch.Added.Should().Be(3);
        batch.Count_NeedsLock.Should().Be(2);
        batch.TakeAll_NeedsLock().ToArray().Should().Equal(2, 3);
        batch.Added.Should().Be(0);
        batch.Take_NeedsLock(4).ToArray().Should().BeEmpty();
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
                    all.AddRange(batch.Take_NeedsLock(Size).Span);
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
            all.AddRange(batch.TakeAll_NeedsLock().Span);
            gate.Exit();
        }

        Volatile.Write(ref done, true);
        await taker;
        all.Should().Equal(Enumerable.Range(0, Rounds * Size));
    }
}
