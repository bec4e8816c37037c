namespace ProducerConsumer.StressTests;

/// <summary>A bounded channel as one would explain it: lists, no threads. What the real one does must look like this.</summary>
internal sealed class ChannelModel(int capacity)
{
    private sealed class Begun(ChannelStep step)
    {
        public ChannelStep Step => step;

        public string Outcome { get; set; } = "waiting";
    }

    private readonly List<int> _items = [];
    private readonly List<Begun> _begun = [];
    private readonly List<Begun> _parked = [];
    private readonly List<int> _undelivered = [];
    private int _accepted;
    private int _read;
    private bool _ended;
    private bool _finished;
    private bool _closed;
    private bool _failed;

    public void Apply(ChannelStep step)
    {
        if (step.Act is Act.Cancel)
        {
            if (_begun.Count > 0 && _parked.Find(wait => wait == _begun[step.Key % _begun.Count]) is { } wait
                && wait.Step.Act != Act.Deliver)
            {
                End(wait, "cancelled");
            }

            return;
        }

        Begun begun = new(step);
        _begun.Add(begun);
        _parked.Add(begun);
        if (step.Act == Act.Deliver)
        {
            _accepted++;
        }
        else if (step.Act is Act.Complete or Act.Fail)
        {
            End(begun, !_ended ? "True" : "False");
            _failed |= !_ended && step.Act == Act.Fail;
            _ended = true;
        }
        else if (step.Act is Act.Close or Act.CloseFaulted)
        {
            End(begun, "done");
            _failed |= !_closed && !_finished && step.Act == Act.CloseFaulted;
            _ended = _closed = true;
            _undelivered.AddRange(_items);
            _items.Clear();
        }

        Settle();
    }

    public string Describe() =>
        $"{string.Join(" ", _begun.Select(begun => $"{begun.Step.Act}({begun.Step.Key})={begun.Outcome}").Order(StringComparer.Ordinal))}"
        + $" | count {_items.Count}, oldest {(_items.Count > 0 ? _items[0] : -1)}, accepted {_accepted}, read {_read}"
        + $", waiting {_items.Count + _parked.Count(wait => wait.Step.Act == Act.Deliver)}"
        + $", undelivered {string.Join(" ", _undelivered)}, {(!_finished ? "open" : _failed ? "faulted" : "ended")}";

    /// <summary>
    /// Gives everybody who waits, first come first served, what there is for him. Who only watches for a chance hears of
    /// it when those who wait for the thing itself have had theirs.
    /// </summary>
    private void Settle()
    {
        while (SettleOne(watches: false) || SettleOne(watches: true))
        {
        }

        _finished |= _ended && _items.Count == 0 && !_parked.Exists(wait => wait.Step.Act == Act.Deliver);
    }

    private bool SettleOne(bool watches)
    {
        foreach (Begun wait in _parked)
        {
            if ((wait.Step.Act is Act.WaitToRead or Act.WaitToWrite) == watches && Try(wait) is { } outcome)
            {
                End(wait, outcome);
                return true;
            }
        }

        return false;
    }

    private string? Try(Begun begun)
    {
        int key = begun.Step.Key;
        bool isFull = _items.Count == capacity;
        bool isNew = _begun[^1] == begun;
        switch (begun.Step.Act)
        {
            case Act.TryWrite or Act.Write when !_ended && !isFull:
                _accepted++;
                _items.Add(key);
                return begun.Step.Act == Act.TryWrite ? "True" : "done";
            case Act.TryWrite:
                return "False";
            case Act.Write:
                return _ended ? "refused" : null;
            case Act.Deliver when _closed || (_ended && isNew):
                _undelivered.Add(key);
                return "False";
            case Act.Deliver when !isFull:
                _items.Add(key);
                return "True";
            case Act.TryRead or Act.Read when _items.Count > 0:
                int item = _items[0];
                _items.RemoveAt(0);
                _read++;
                return $"{item}";
            case Act.TryRead:
                return "none";
            case Act.Read:
                return _ended ? "refused" : null;
            case Act.WaitToRead:
                return _items.Count > 0 ? "True" : _ended ? Refusal : null;
            case Act.WaitToWrite:
                return _ended ? Refusal : !isFull ? "True" : null;
            default:
                return null;
        }
    }

    private string Refusal => _failed ? "failed" : "False";

    private void End(Begun begun, string outcome)
    {
        begun.Outcome = outcome;
        _parked.Remove(begun);
    }
}
