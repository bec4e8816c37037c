namespace ProducerConsumer.Tests;

public sealed class ClaimTests
{
    [GuardedFact]
    public async Task TryStart_Filled_GivesTheItemsInOrder()
    {
        Claim<string> claim = Filled("a", "b");
        claim.IsFresh.Should().BeTrue();
        claim.TryStart(out string item).Should().BeTrue();
        item.Should().Be("a");
        claim.Current.Should().Be("a");
        claim.Unstarted.Should().Be(1);
        claim.Settle();
        claim.TryStart(out item).Should().BeTrue();
        item.Should().Be("b");
        claim.Settle();
        claim.TryStart(out _).Should().BeFalse();
        claim.IsRefused.Should().BeFalse();
        claim.TakeSettled_NeedsLock(claim.Settled_NeedsLock).Should().Be(2);
        await Task.CompletedTask;
    }

    [GuardedFact]
    public async Task EndTake_OwnerIsAtAnItem_LeavesItThatOneAndRefusesTheNext()
    {
        Claim<string> claim = Filled("a", "b", "c");
        claim.TryStart(out _).Should().BeTrue();

        claim.BeginTake_NeedsLock();
        claim.EndTake_NeedsLock().Select(single => single.Item).Should().Equal("b", "c");

        claim.Current.Should().Be("a");
        claim.Look_NeedsLock().Should().Be((0, true, "a", 0));
        claim.Settle();
        claim.TryStart(out _).Should().BeFalse();
        claim.IsRefused.Should().BeTrue();
        claim.TryStartRefused_NeedsLock(out _).Should().BeFalse();
        claim.IsRefused.Should().BeFalse();
        claim.TryStart(out _).Should().BeFalse();
        claim.TakeSettled_NeedsLock(claim.Settled_NeedsLock).Should().Be(1);
        await Task.CompletedTask;
    }

    [GuardedFact]
    public async Task TryStartRefused_AnnouncedInTime_IsTheOwners()
    {
        Claim<string> claim = Filled("a", "b");
        claim.BeginTake_NeedsLock();
        claim.TryStart(out _).Should().BeFalse();
        claim.IsRefused.Should().BeTrue();

        claim.EndTake_NeedsLock().Select(single => single.Item).Should().Equal("b");

        claim.TryStartRefused_NeedsLock(out string item).Should().BeTrue();
        item.Should().Be("a");
        await Task.CompletedTask;
    }

    /// <summary>The one place where the order of two accesses on two cores decides: no item twice, none never.</summary>
    [GuardedFact]
    public async Task TryStart_OthersTakeItemsAway_EveryItemGoesToOneOfThem()
    {
        const int Rounds = 20_000;
        const int Items = 16;
        SpinGate gate = new();
        Claim<int> claim = new();
        claim.Reserve(Items);
        int[] started = new int[Items];
        int[] taken = new int[Items];
        int taking = 0;
        int ready = 0;
        Task taker = Task.Factory.StartNew(
            () =>
            {
                for (int round = 1; round <= Rounds; round++)
                {
                    while (Volatile.Read(ref taking) < round)
                    {
                        // Spins, to come as close to the owner as it can.
                    }

                    Volatile.Write(ref ready, round);
                    gate.Enter();
                    claim.BeginTake_NeedsLock();
                    Interlocked.MemoryBarrierProcessWide();
                    foreach ((int item, _, _, _) in claim.EndTake_NeedsLock())
                    {
                        taken[item]++;
                    }

                    gate.Exit();
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        for (int round = 1; round <= Rounds; round++)
        {
            gate.Enter();
            claim.TakeSettled_NeedsLock(claim.Settled_NeedsLock);
            Span<int> items = claim.Fill_NeedsLock(Items, round);
            for (int i = 0; i < Items; i++)
            {
                items[i] = i;
            }

            gate.Exit();
            Volatile.Write(ref taking, round);
            while (Volatile.Read(ref ready) < round)
            {
                // Until the other one is about to take items away.
            }

            while (claim.TryStart(out int item) || (claim.IsRefused && StartRefused(out item)))
            {
                started[item]++;
                claim.Settle();
            }
        }

        await taker;
        started.Zip(taken, (own, other) => own + other).Should().OnlyContain(times => times == Rounds);

        bool StartRefused(out int item)
        {
            gate.Enter();
            bool mine = claim.TryStartRefused_NeedsLock(out item);
            gate.Exit();
            return mine;
        }
    }

    [GuardedTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Items_DoneOrTakenAway_AreNotKeptAlive(bool taken)
    {
        Claim<object> claim = new();
        WeakReference item = Pass(claim, taken);
        GC.Collect();
        item.IsAlive.Should().BeFalse();
        GC.KeepAlive(claim);
        await Task.CompletedTask;
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static WeakReference Pass(Claim<object> claim, bool taken)
    {
        object item = new();
        claim.Fill_NeedsLock(1, ticket: 1)[0] = item;
        if (taken)
        {
            claim.EndTake_NeedsLock();
        }
        else
        {
            claim.TryStart(out _);
            claim.Settle();
            claim.TakeSettled_NeedsLock(claim.Settled_NeedsLock);
        }

        return new WeakReference(item);
    }

    private static Claim<string> Filled(params string[] items)
    {
        Claim<string> claim = new();
        claim.Reserve(items.Length);
        items.CopyTo(claim.Fill_NeedsLock(items.Length, ticket: 1));
        return claim;
    }
}
