namespace ProducerConsumer.StressTests;

/// <summary>Where the items are that one stage of a flow accepted.</summary>
internal sealed class FlowLedger
{
    private readonly FlowCalls _calls;

    /// <summary>What was handed back, by its name.</summary>
    private readonly Dictionary<string, UndeliveredItem> _entries;

    /// <summary>What the stage after a batch accepted, for a stage without calls of its own.</summary>
    private readonly FlowLedger? _next;

    private FlowLedger(FlowStep step, FlowCalls calls, PipelineReport report, StageReport stage, FlowLedger? next)
    {
        _calls = calls;
        _next = next;
        Step = step;
        Report = stage;
        GivenUp = [.. report.Failures.Where(failure => failure.HasItem && failure.Stage == stage.Name)];
        Undelivered = [.. stage.Undelivered.Select(entry => Parcel.Of(entry.Item))];
        Undelivered.Select(item => item.Name).Should().OnlyHaveUniqueItems("an item is handed back once: {0}", stage);
        _entries = stage.Undelivered.ToDictionary(entry => Parcel.Of(entry.Item).Name);
        Begun = step.HasCalls
            ? [.. calls.All.Where(call => call.Attempt == 1).Select(call => call.Item)]
            : [.. next!.Accepted.SelectMany(batch => batch.Members)];
        Accepted = [.. Begun, .. stage.Undelivered.Where(entry => !entry.Started).Select(entry => Parcel.Of(entry.Item))];
        DeadLettered = [.. LastCalls.Where(call => call.Letter == FlowEnd.Returned).Select(call => call.Item)];
        Failed =
        [
            .. LastCalls.Where(call => call.End == FlowEnd.Failed && call.Letter != FlowEnd.Returned && !_entries.ContainsKey(call.Item.Name))
                .Select(call => call.Item),
        ];
    }

    public FlowStep Step { get; }

    public StageReport Report { get; }

    /// <summary>What the stage began, in that order, which is certain if it <see cref="ShowsOrder"/>.</summary>
    public IReadOnlyList<Parcel> Begun { get; }

    /// <summary>All that the stage took in: first what it began, then what it did not begin, in the order of the report.</summary>
    public IReadOnlyList<Parcel> Accepted { get; }

    public IReadOnlyList<Parcel> Failed { get; }

    public IReadOnlyList<Parcel> DeadLettered { get; }

    public IReadOnlyList<Parcel> Undelivered { get; }

    /// <summary>The failures that did not stop the run.</summary>
    public IReadOnlyList<ItemFailure> GivenUp { get; }

    /// <summary>The pieces that left the flow here, and do not hold up those behind them.</summary>
    public ISet<string> Left => GivenUp.SelectMany(failure => Parcel.Of(failure.Item).Pieces).Select(piece => piece.Name).ToHashSet();

    /// <summary>Whether it is certain in which order the stage began its items, at least those of one key.</summary>
    public bool ShowsOrder => Step.HasCalls ? Step.BeginsInOrder || Step.Ordering == FlowOrdering.ByKey : _next!.ShowsWholeOrder;

    private bool ShowsWholeOrder => Step.BeginsInOrder && (Step.HasCalls || _next!.ShowsWholeOrder);

    /// <summary>The last call for each item.</summary>
    public IEnumerable<FlowCall> LastCalls => _calls.LastOfItem.Values;

    /// <summary>What the next stage must have.</summary>
    public IEnumerable<Parcel> PassedOn => Step.HasCalls
        ? LastCalls.SelectMany(call => Step.ResultsOf(call.Item)
            .Take(_entries.TryGetValue(call.Item.Name, out UndeliveredItem? entry) ? entry.Emitted : call.Made))
        : _next!.Accepted;

    public FlowCall CallFor(Parcel item) => _calls.LastOfItem[item.Name];

    /// <summary>The ledgers of all stages of a flow.</summary>
    public static FlowLedger[] Open(Flow flow, FlowBooks books, PipelineReport report)
    {
        StageReport[] stages = [.. report.Stages.Where(stage => stage.ItemType is not null)];
        stages.Select(stage => stage.Name).Should().Equal(flow.Steps.Select((_, position) => FlowStep.NameOf(position)));
        FlowLedger[] ledgers = new FlowLedger[stages.Length];
        for (int i = stages.Length - 1; i >= 0; i--)
        {
            ledgers[i] = new FlowLedger(flow.Steps[i], books.CallsOf(i), report, stages[i], ledgers.ElementAtOrDefault(i + 1));
        }

        return ledgers;
    }

    /// <summary>Each item is in one place, and the entries of those handed back say how far they came.</summary>
    public void Check()
    {
        _calls.Wrongs.Should().BeEmpty();
        Accepted.Select(item => item.Name).Should().OnlyHaveUniqueItems("an item of {0} is in one place", Report);
        foreach (FlowCall call in _calls.All)
        {
            if (call != CallFor(call.Item))
            {
                (call.End, call.IsLast).Should().Be((FlowEnd.Failed, false), "another call for {0} followed in {1}", call.Item, Report);
            }
            else if (_entries.TryGetValue(call.Item.Name, out UndeliveredItem? entry))
            {
                CheckHandedBack(call, entry);
            }
            else
            {
                call.End.Should().BeOneOf([FlowEnd.Returned, FlowEnd.Failed], "{0} of {1} is not handed back", call.Item, Report);
            }
        }

        foreach ((string name, UndeliveredItem entry) in _entries.Where(pair => !_calls.LastOfItem.ContainsKey(pair.Key)))
        {
            (entry.Started, entry.Attempts, entry.Emitted, entry.Refused.Count).Should().Be(
                (false, 0, 0, 0), "{0} of {1} was not begun", name, Report);
        }

        if (Step is BatchStep batches)
        {
            CheckSizes(batches);
        }
    }

    private void CheckHandedBack(FlowCall call, UndeliveredItem entry)
    {
        (entry.Started, entry.Attempts).Should().Be((true, call.Attempt), "{0} of {1} was begun", call.Item, Report);
        (entry.Emitted + entry.Refused.Count).Should().Be(call.Made, "{0} of {1} made so many", call.Item, Report);
        entry.Refused.Select(result => Parcel.Of(result).Name)
            .Should().Equal(Step.ResultsOf(call.Item).Skip(entry.Emitted).Take(call.Made - entry.Emitted).Select(result => result.Name));
        if (entry.Refused.Count == 0)
        {
            bool isPending = call.End == FlowEnd.Failed && !call.IsLast;
            (isPending || call.End == FlowEnd.Canceled || call.Letter == FlowEnd.Canceled).Should().BeTrue(
                "only for this is {0} of {1} handed back, which was {2}", call.Item, Report, call.End);
        }
    }

    /// <summary>Only time, or the end of the items, brings a batch on its way that is not full.</summary>
    private void CheckSizes(BatchStep step)
    {
        int[] sizes = [.. _next!.Accepted.Select(batch => batch.Members.Count)];
        sizes.Where(size => size < 1 || size > step.Size).Should().BeEmpty("batches of {0} have from 1 to {1} items", Report, step.Size);
        if (!step.HasWait)
        {
            sizes.Count(size => size < step.Size).Should().BeLessThanOrEqualTo(1, "only the last batch of {0} may be smaller", Report);
        }
    }
}
