namespace ProducerConsumer;

/// <summary>One of many queues that share the memory of <see cref="LaneQueues{T}"/>.</summary>
internal struct LaneQueue
{
    public int First;
    public int Last;
    public int Count;
}

/// <summary>The items of many queues, linked in one array, which grows with the number of all items.</summary>
internal sealed class LaneQueues<T>
{
    private Node[] _nodes = new Node[16];

    /// <summary>The first of the free nodes that were used before, linked; -1 for none.</summary>
    private int _free = -1;

    /// <summary>How many nodes were ever used.</summary>
    private int _used;

    /// <summary>Numbers the items in the order in which they came.</summary>
    private long _arrivals;

    /// <summary>Numbers those that came back, downwards, as each goes before all others of its queue.</summary>
    private long _returns;

    public ref readonly Single<T> Oldest(LaneQueue queue) => ref _nodes[queue.First].Item;

    /// <summary>Adds an item behind the others, or before them if it comes back.</summary>
    public void Add(ref LaneQueue queue, Single<T> item, bool isFirst)
    {
        int added = Rent();
        ref Node node = ref _nodes[added];
        node.Item = item;
        node.Arrival = isFirst ? --_returns : ++_arrivals;
        node.IsUsed = true;
        if (queue.Count++ == 0)
        {
            queue.First = added;
            queue.Last = added;
        }
        else if (isFirst)
        {
            node.Next = queue.First;
            queue.First = added;
        }
        else
        {
            _nodes[queue.Last].Next = added;
            queue.Last = added;
        }
    }

    public Single<T> RemoveOldest(ref LaneQueue queue)
    {
        int removed = queue.First;
        ref Node node = ref _nodes[removed];
        Single<T> item = node.Item;
        queue.First = node.Next;
        queue.Count--;
        node = new Node { Next = _free };
        _free = removed;
        return item;
    }

    /// <summary>Takes out the items of all queues: first those that came back, then the others, oldest first.</summary>
    public List<Single<T>> TakeAll()
    {
        List<Single<T>> all = [.. _nodes.Where(static node => node.IsUsed).OrderBy(static node => node.Arrival).Select(static node => node.Item)];
        Array.Clear(_nodes);
        _free = -1;
        _used = 0;
        return all;
    }

    private int Rent()
    {
        if (_free >= 0)
        {
            int free = _free;
            _free = _nodes[free].Next;
            return free;
        }

        if (_used == _nodes.Length)
        {
            Array.Resize(ref _nodes, 2 * _used);
        }

        return _used++;
    }

    private struct Node
    {
        public Single<T> Item;

        /// <summary>The next of the same queue, or the next that is free.</summary>
        public int Next;

        /// <summary>When it came; below 0 for one that came back.</summary>
        public long Arrival;

        public bool IsUsed;
    }
}
