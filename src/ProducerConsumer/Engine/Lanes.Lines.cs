namespace ProducerConsumer;

/// <summary>What waits in each lane, and which lanes can be run. All of it guarded by the lock.</summary>
internal abstract partial class Lanes<T>
{
    /// <summary>The items behind the first of each lane.</summary>
    private readonly LaneQueues<T> _queues = new();

    private Lane[] _lanes = new Lane[16];

    /// <summary>The items of each lane that wait. Apart from the lanes, because most items never wait in one.</summary>
    private Line[] _lines = new Line[16];

    /// <summary>The first and the last of the lanes that can be run, linked; -1 for none.</summary>
    private int _firstRunnable = -1;
    private int _lastRunnable = -1;

    /// <summary>How many lanes can be run.</summary>
    private int _runnable;

    /// <summary>How many items wait in lanes that can be run.</summary>
    private int _startable;

    private void Add(int id, Single<T> item, bool isFirst)
    {
        ref Lane lane = ref _lanes[id];
        ref Line line = ref _lines[id];
        if (lane.Count++ == 0)
        {
            line.First = item;
        }
        else if (isFirst)
        {
            _queues.Add(ref line.Others, line.First, isFirst: true);
            line.First = item;
        }
        else
        {
            _queues.Add(ref line.Others, item, isFirst: false);
        }

        if (lane.IsRunnable)
        {
            _startable++;
        }
        else
        {
            Note(id, ref lane);
        }
    }

    private Single<T> RemoveFirst(int id)
    {
        ref Line line = ref _lines[id];
        Single<T> first = line.First;
        line.First = --_lanes[id].Count > 0 ? _queues.RemoveOldest(ref line.Others) : default;
        return first;
    }

    /// <summary>Sees what can be done with a lane of which nobody has an item any more.</summary>
    private void Note(int id, ref Lane lane)
    {
        if (lane.Running > 0 || lane.IsRunnable)
        {
            return;
        }

        if (lane.Count > 0)
        {
            Link(id, ref lane);
        }
        else if (!_isFinding)
        {
            Forget(id);
        }
        else if (!lane.IsNoted)
        {
            lane.IsNoted = true;
            _empty.Add(id);
        }
    }

    private void Link(int id, ref Lane lane)
    {
        lane.IsRunnable = true;
        lane.Next = -1;
        if (_firstRunnable < 0)
        {
            _firstRunnable = id;
        }
        else
        {
            _lanes[_lastRunnable].Next = id;
        }

        _lastRunnable = id;
        _runnable++;
        _startable += lane.Count;
    }

    /// <summary>Takes the first runnable lane out.</summary>
    private void Unlink(ref Lane lane)
    {
        lane.IsRunnable = false;
        _firstRunnable = lane.Next;
        _runnable--;
        _startable -= lane.Count;
    }

    private void Reserve(int lane)
    {
        if (lane >= _lanes.Length)
        {
            Array.Resize(ref _lanes, Math.Max(lane + 1, 2 * _lanes.Length));
            Array.Resize(ref _lines, _lanes.Length);
        }
    }

    /// <summary>The items of one key that wait.</summary>
    private struct Line
    {
        /// <summary>The first, if there is one. Most lanes have no other.</summary>
        public Single<T> First;

        /// <summary>Those behind it.</summary>
        public LaneQueue Others;
    }

    /// <summary>One key that has items, or had some until a moment ago.</summary>
    private struct Lane
    {
        /// <summary>How many items wait.</summary>
        public int Count;

        /// <summary>How many are with workers, or wait to be delivered again. While there is one, no other is begun.</summary>
        public int Running;

        /// <summary>The ticket of the hand into which the finder last put an item of this lane.</summary>
        public long Ticket;

        /// <summary>The next lane that can be run.</summary>
        public int Next;

        public bool IsRunnable;

        /// <summary>Whether the finder will look whether it is empty.</summary>
        public bool IsNoted;

        public readonly bool IsEmpty => Running == 0 && Count == 0;
    }
}
