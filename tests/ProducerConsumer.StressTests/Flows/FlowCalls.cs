namespace ProducerConsumer.StressTests;

/// <summary>The calls of the code of one stage, and what is wrong about when they began.</summary>
internal sealed class FlowCalls(FlowStep step)
{
    private readonly object _gate = new();
    private readonly List<FlowCall> _all = [];
    private readonly Dictionary<string, FlowCall> _lastOfItem = [];
    private readonly Dictionary<int, FlowCall> _lastOfKey = [];
    /// <summary>How many items were begun since one was that is not finished, by its name. For a stage that preserves the order.</summary>
    private readonly Dictionary<string, int> _begunSince = [];

    private readonly List<string> _wrongs = [];

    /// <summary>All calls in the order in which they began, which is certain for one worker, and for the items of one key.</summary>
    public IReadOnlyList<FlowCall> All => _all;

    /// <summary>The last call for each item, by its name.</summary>
    public IReadOnlyDictionary<string, FlowCall> LastOfItem => _lastOfItem;

    public IReadOnlyList<string> Wrongs => _wrongs;

    /// <summary>Books the begin of a call, which is made for its number in its stage and its attempt, both from 1.</summary>
    public FlowCall Begin(Parcel item, Func<int, int, FlowCall> create)
    {
        lock (_gate)
        {
            int attempt = 1;
            if (_lastOfItem.TryGetValue(item.Name, out FlowCall? earlier))
            {
                attempt += earlier.Attempt;
                Check(!earlier.IsRunning && earlier.IsUnfinished, item, earlier);
            }

            else if (step.Ordering == FlowOrdering.Preserved)
            {
                CheckWindow(item);
            }

            FlowCall call = create(_all.Count + 1, attempt);
            _all.Add(call);
            _lastOfItem[item.Name] = call;
            if (step.Ordering == FlowOrdering.ByKey)
            {
                int key = step.KeyOf(item);
                if (_lastOfKey.TryGetValue(key, out earlier) && earlier.Item.Name != item.Name)
                {
                    Check(!earlier.IsUnfinished, item, earlier);
                }

                _lastOfKey[key] = call;
            }

            return call;
        }
    }

    /// <summary>The dead-letter handler is called for an item that failed for good.</summary>
    public FlowCall BeginLetter(Parcel item, ItemFailure failure)
    {
        lock (_gate)
        {
            FlowCall call = _lastOfItem[item.Name];
            Check(call.IsLast && call.End == FlowEnd.Failed && call.Letter == FlowEnd.None, item, call);
            Check(failure.Exception == call.Doom && failure.Attempt == call.Attempt && Parcel.Of(failure.Item).Name == item.Name, item, call);
            call.BeginLetter();
            return call;
        }
    }

    public string Describe()
    {
        lock (_gate)
        {
            return $"{_all.Count(call => call.IsRunning)} open of {_all.Count}";
        }
    }

    /// <summary>
    /// While an item is not finished, only those are begun whose results wait with its own, fewer than the window: before
    /// it, and behind it.
    /// </summary>
    private void CheckWindow(Parcel item)
    {
        int most = 2 * ((step.Window ?? step.Capacity) - 1);
        foreach (string unfinished in _begunSince.Keys.ToArray())
        {
            FlowCall call = _lastOfItem[unfinished];
            if (call.IsUnfinished)
            {
                Check(++_begunSince[unfinished] <= most, item, call);
            }
            else
            {
                _begunSince.Remove(unfinished);
            }
        }

        _begunSince.Add(item.Name, 0);
    }

    private void Check(bool isRight, Parcel item, FlowCall earlier)
    {
        if (!isRight)
        {
            _wrongs.Add(
                $"{item} was begun in {step} after call {earlier.Attempt} for {earlier.Item}, then {earlier.End}, with a dead letter that was {earlier.Letter}");
        }
    }
}
