namespace ProducerConsumer.StressTests;

/// <summary>
/// Behind steps that keep the order, a step with one worker begins the items of a producer in the order in which they came
/// in, and leaves none out; a step with keys does so within each key. Where nothing can overtake an item on the way, this
/// holds for what was handed back, too.
/// </summary>
internal sealed class FlowOrder(Flow flow, FlowBooks books, IReadOnlyList<FlowLedger> ledgers)
{
    private readonly ISet<string>[] _left = [.. ledgers.Select(ledger => ledger.Left)];

    public void Check()
    {
        bool isExact = true;
        for (int position = 0; position < ledgers.Count; position++)
        {
            FlowStep step = flow.Steps[position];
            if (ledgers[position].ShowsOrder)
            {
                for (int producer = 0; producer < flow.Producers; producer++)
                {
                    CheckStage(position, producer, isExact);
                }
            }

            if (!step.KeepsOrder)
            {
                break;
            }

            isExact &= step.IsExact;
        }
    }

    private void CheckStage(int position, int producer, bool isExact)
    {
        FlowLedger ledger = ledgers[position];
        string[] expected =
            [.. books.Accepted[producer].SelectMany(item => flow.PiecesAt(position, item, _left)).Select(piece => piece.Name)];
        IEnumerable<Parcel> items = isExact ? ledger.Accepted : ledger.Begun;
        if (ledger.Step.Ordering != FlowOrdering.ByKey)
        {
            string[] actual = [.. PiecesOf(items, producer)];
            CheckSame(actual, [.. expected.Take(actual.Length)], producer, ledger);
            return;
        }

        Dictionary<string, int> order = expected.Select((name, index) => (name, index)).ToDictionary(pair => pair.name, pair => pair.index);
        foreach (IGrouping<int, Parcel> key in items.GroupBy(ledger.Step.KeyOf))
        {
            string[] actual = [.. PiecesOf(key, producer)];
            CheckSame(actual, [.. actual.OrderBy(name => order[name])], producer, ledger);
        }
    }

    private IEnumerable<string> PiecesOf(IEnumerable<Parcel> items, int producer) =>
        items.SelectMany(item => item.Pieces).Where(piece => flow.ProducerOf(piece.Origin) == producer).Select(piece => piece.Name);

    private static void CheckSame(string[] actual, string[] expected, int producer, FlowLedger ledger)
    {
        if (!actual.AsSpan().SequenceEqual(expected))
        {
            Assert.Fail(
                $"Of producer {producer} {ledger.Report} had in this order: {string.Join(", ", actual)}, and expected was {string.Join(", ", expected)}.");
        }
    }
}
