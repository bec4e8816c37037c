using System.Diagnostics;

namespace ProducerConsumer;

/// <summary>
/// A double-ended queue in one circular array, which grows by doubling up to its capacity: a large bound costs memory
/// only when it is used. Not synchronized.
/// </summary>
internal sealed class RingQueue<T>(int capacity)
{
    private T[] _slots = new T[Math.Min(capacity, 16)];

    /// <summary>The slot of the oldest item.</summary>
    private int _head;

    public int Count { get; private set; }

    public bool IsFull => Count == capacity;

    public T Oldest => _slots[_head];

    public void Add(T item)
    {
        Debug.Assert(!IsFull, "The owner makes room first.");
        if (Count == _slots.Length)
        {
            Grow();
        }

        _slots[SlotOf(Count)] = item;
        Count++;
    }

    public T RemoveOldest()
    {
        T item = _slots[_head];
        _slots[_head] = default!; // The queue must not keep an item alive that it handed out.
        _head = SlotOf(1);
        Count--;
        return item;
    }

    public T RemoveNewest()
    {
        int slot = SlotOf(Count - 1);
        T item = _slots[slot];
        _slots[slot] = default!;
        Count--;
        return item;
    }

    private int SlotOf(int offset)
    {
        int slot = _head - (_slots.Length - offset); // Cannot overflow, as the sum could.
        return slot >= 0 ? slot : slot + _slots.Length;
    }

    private void Grow()
    {
        T[] larger = new T[(int)Math.Min(capacity, 2L * _slots.Length)];
        Array.Copy(_slots, _head, larger, 0, _slots.Length - _head);
        Array.Copy(_slots, 0, larger, _slots.Length - _head, _head);
        _slots = larger;
        _head = 0;
    }
}
