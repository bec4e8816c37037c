using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace ProducerConsumer;

/// <summary>
/// A double-ended queue in one circular array, which grows by doubling up to its capacity: a large bound costs memory
/// only when it is used. Head and count stand in the state of <paramref name="gate"/>, which guards the queue.
/// </summary>
internal sealed class RingQueue<T>(int capacity, SpinGate gate)
{
    private T[] _slots = new T[Math.Min(capacity, 16)];

    public int Count => gate.State.Count;

    public bool IsFull => Count == capacity;

    /// <summary>How many more items fit in.</summary>
    public int Room => capacity - Count;

    public T Oldest => _slots[gate.State.Head];

    /// <summary>Adds an item if there is room without growing; cannot fail in any other way.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryAddQuickly(T item)
    {
        ref BufferState state = ref gate.State;
        T[] slots = _slots;
        int count = state.Count;
        if (count == slots.Length)
        {
            return false;
        }

        slots[SlotOf(slots, state.Head, count)] = item;
        state.Count = count + 1;
        return true;
    }

    public void Add(T item)
    {
        Debug.Assert(!IsFull, "The owner makes room first.");
        if (!TryAddQuickly(item))
        {
            Grow(Count + 1);
            TryAddQuickly(item);
        }
    }

    /// <summary>Adds all items; the owner makes sure of the room.</summary>
    public void AddMany(ReadOnlySpan<T> items)
    {
        Debug.Assert(items.Length <= Room, "The owner makes room first.");
        if (items.Length > _slots.Length - Count)
        {
            Grow(Count + items.Length);
        }

        ref BufferState state = ref gate.State;
        int slot = SlotOf(_slots, state.Head, state.Count);
        int straight = Math.Min(items.Length, _slots.Length - slot);
        items[..straight].CopyTo(_slots.AsSpan(slot));
        items[straight..].CopyTo(_slots);
        state.Count += items.Length;
    }

    public T RemoveOldest()
    {
        ref BufferState state = ref gate.State;
        T item = _slots[state.Head];
        Clear(_slots.AsSpan(state.Head, 1));
        state.Head = SlotOf(_slots, state.Head, 1);
        state.Count--;
        return item;
    }

    /// <summary>Moves the oldest items out, as many as <paramref name="items"/> holds.</summary>
    public void RemoveOldest(Span<T> items)
    {
        Debug.Assert(items.Length <= Count, "The owner asks for what is there.");
        ref BufferState state = ref gate.State;
        int straight = Math.Min(items.Length, _slots.Length - state.Head);
        Span<T> first = _slots.AsSpan(state.Head, straight);
        Span<T> second = _slots.AsSpan(0, items.Length - straight);
        first.CopyTo(items);
        second.CopyTo(items[straight..]);
        Clear(first);
        Clear(second);
        state.Head = SlotOf(_slots, state.Head, items.Length);
        state.Count -= items.Length;
    }

    public T RemoveNewest()
    {
        ref BufferState state = ref gate.State;
        int slot = SlotOf(_slots, state.Head, state.Count - 1);
        T item = _slots[slot];
        Clear(_slots.AsSpan(slot, 1));
        state.Count--;
        return item;
    }

    /// <summary>The queue must not keep an object alive that it handed out.</summary>
    private static void Clear(Span<T> slots)
    {
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>())
        {
            slots.Clear();
        }
    }

    /// <summary>As unsigned numbers, since the sum can be larger than an int.</summary>
    private static int SlotOf(T[] slots, int head, int offset)
    {
        uint slot = (uint)head + (uint)offset;
        return (int)(slot >= (uint)slots.Length ? slot - (uint)slots.Length : slot);
    }

    private void Grow(int needed)
    {
        T[] larger = new T[(int)Math.Min(capacity, Math.Max(needed, 2L * _slots.Length))];
        ref BufferState state = ref gate.State;
        int straight = Math.Min(state.Count, _slots.Length - state.Head);
        Array.Copy(_slots, state.Head, larger, 0, straight);
        Array.Copy(_slots, 0, larger, straight, state.Count - straight);
        _slots = larger;
        state.Head = 0;
    }
}
