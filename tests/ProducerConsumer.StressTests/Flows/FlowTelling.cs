namespace ProducerConsumer.StressTests;

/// <summary>Who is to be told of an item is told once, and of the worst that became of it and of all that was made of it.</summary>
internal sealed class FlowTelling(IReadOnlyList<FlowLedger> ledgers, FlowBooks books)
{
    public void Check()
    {
        Dictionary<int, ItemOutcome> worst = books.Tracked.ToDictionary(item => item, _ => ItemOutcome.Completed);
        foreach (FlowLedger ledger in ledgers)
        {
            Worsen(ledger.DeadLettered, ItemOutcome.DeadLettered);
            Worsen(ledger.Failed, ItemOutcome.Failed);
            Worsen(ledger.Undelivered, ItemOutcome.Undelivered);
        }

        (int Item, ItemOutcome Outcome)[] expected = [.. worst.Select(pair => (pair.Key, pair.Value)).Order()];
        (int Item, ItemOutcome Outcome)[] told = [.. books.Told.Order()];
        if (!told.AsSpan().SequenceEqual(expected))
        {
            Assert.Fail($"Told: {string.Join(", ", told)}, and expected: {string.Join(", ", expected)}.");
        }

        void Worsen(IEnumerable<Parcel> items, ItemOutcome outcome)
        {
            foreach (int owner in items.SelectMany(item => item.Owners))
            {
                if (worst.TryGetValue(owner, out ItemOutcome before) && before < outcome)
                {
                    worst[owner] = outcome;
                }
            }
        }
    }
}
