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

    /// <summary>Adds an item behind the others, or before them if it comes back.</summary>
    public void Add(ref LaneQueue queue, Single<T> item, bool isFirst)
    {
        int added = Rent();
        ref Node node = ref _nodes[added];
        node.Item = item;
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
    }
}
