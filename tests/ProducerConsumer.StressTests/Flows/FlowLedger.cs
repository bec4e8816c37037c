namespace ProducerConsumer.StressTests;

/// <summary>Where the items are that one stage of a flow accepted.</summary>
internal sealed class FlowLedger
{
    private readonly FlowStep _step;
    private readonly IReadOnlyCollection<FlowCall> _calls;

    /// <summary>What the stage after a batch accepted, for a stage without calls of its own.</summary>
    private readonly FlowLedger? _next;

    private FlowLedger(FlowStep step, IReadOnlyCollection<FlowCall> calls, StageReport report, FlowLedger? next)
    {
        _step = step;
        _calls = calls;
        _next = next;
        Report = report;
        Undelivered = [.. report.Undelivered.Select(entry => Parcel.Of(entry.Item))];
        Unstarted = [.. report.Undelivered.Where(entry => !entry.Started).Select(entry => Parcel.Of(entry.Item))];
        Failed = [.. calls.Where(call => call.End == FlowEnd.Failed).Select(call => call.Item)];
        IEnumerable<Parcel> begun = step.HasCalls ? calls.Select(call => call.Item) : next!.Accepted.SelectMany(batch => batch.Members);
        Accepted = [.. begun, .. Unstarted];
    }

    public StageReport Report { get; }

    /// <summary>All that the stage took in: first what it began, in that order, then what it did not begin, in the order of the report.</summary>
    public IReadOnlyList<Parcel> Accepted { get; }

    public IReadOnlyList<Parcel> Failed { get; }

    public IReadOnlyList<Parcel> Undelivered { get; }

    private IReadOnlyList<Parcel> Unstarted { get; }

    /// <summary>What the next stage must have.</summary>
    public IEnumerable<Parcel> PassedOn
    {
        get
        {
            if (!_step.HasCalls)
            {
                return _next!.Accepted;
            }

            ILookup<string, UndeliveredItem> entries = Report.Undelivered.ToLookup(entry => Parcel.Of(entry.Item).Name);
            return _calls.SelectMany(call => _step.ResultsOf(call.Item)
                .Take(entries[call.Item.Name].FirstOrDefault() is { } entry ? entry.Emitted : call.Made));
        }
    }

    /// <summary>The ledgers of all stages of a flow.</summary>
    public static FlowLedger[] Open(Flow flow, FlowBooks books, PipelineReport report)
    {
        StageReport[] stages = [.. report.Stages.Where(stage => stage.ItemType is not null)];
        stages.Select(stage => stage.Name).Should().Equal(flow.Steps.Select((_, position) => FlowStep.NameOf(position)));
        FlowLedger[] ledgers = new FlowLedger[stages.Length];
        for (int i = stages.Length - 1; i >= 0; i--)
        {
            ledgers[i] = new FlowLedger(flow.Steps[i], books.CallsOf(i), stages[i], ledgers.ElementAtOrDefault(i + 1));
        }

        return ledgers;
    }

    /// <summary>Each item is in one place, and the entries of those handed back say how far they came.</summary>
    public void Check()
    {
        Accepted.Select(item => item.Name).Should().OnlyHaveUniqueItems("an item of {0} is in one place", Report);
        Dictionary<string, UndeliveredItem> entries = Report.Undelivered.ToDictionary(entry => Parcel.Of(entry.Item).Name);
        foreach (FlowCall call in _calls)
        {
            if (entries.Remove(call.Item.Name, out UndeliveredItem? entry))
            {
                CheckHandedBack(call, entry);
            }
            else
            {
                call.End.Should().BeOneOf([FlowEnd.Returned, FlowEnd.Failed], "{0} of {1} is not handed back", call.Item, Report);
            }
        }

        foreach ((string name, UndeliveredItem entry) in entries)
        {
            (entry.Started, entry.Attempts, entry.Emitted, entry.Refused.Count).Should().Be(
                (false, 0, 0, 0), "{0} of {1} was not begun", name, Report);
        }

        if (_step is BatchStep batches)
        {
            CheckSizes(batches);
        }
    }

    private void CheckHandedBack(FlowCall call, UndeliveredItem entry)
    {
        (entry.Started, entry.Attempts).Should().Be((true, 1), "{0} of {1} was begun", call.Item, Report);
        (entry.Emitted + entry.Refused.Count).Should().Be(call.Made, "{0} of {1} made so many", call.Item, Report);
        entry.Refused.Select(result => Parcel.Of(result).Name)
            .Should().Equal(_step.ResultsOf(call.Item).Skip(entry.Emitted).Take(call.Made - entry.Emitted).Select(result => result.Name));
        if (entry.Refused.Count == 0)
        {
            call.End.Should().Be(FlowEnd.Canceled, "only for this is {0} of {1} handed back", call.Item, Report);
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
