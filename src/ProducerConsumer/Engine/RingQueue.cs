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

    private int _reserved;

    /// <summary>How many items there may be without growing.</summary>
    private int _limit = Math.Min(capacity, 16);

    /// <summary>The contexts of the items, slot by slot; null until an item came with one. That of a free slot is null.</summary>
    private ItemContext?[]? _contexts;

    public int Count => gate.State.Count;

    public bool IsFull => Count >= capacity - _reserved;

    /// <summary>How many of the places are kept for items that come back. More than are free while there are too many items.</summary>
    public int Reserved
    {
        get => _reserved;
        set
        {
            _reserved = value;
            SetLimit();
        }
    }

    /// <summary>How many more items fit in.</summary>
    public int Room => Math.Max(0, capacity - _reserved - Count);

    /// <summary>How many more fit in without growing.</summary>
    public int QuickRoom => _limit - Count;

    /// <summary>Whether items may have contexts.</summary>
    public bool HasContexts => _contexts is not null;

    public T Oldest => _slots[gate.State.Head];

    /// <summary>Adds an item without a context if there is room without growing; cannot fail in any other way.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryAddQuickly(T item)
    {
        ref BufferState state = ref gate.State;
        T[] slots = _slots;
        int count = state.Count;
        if (count >= _limit)
        {
            return false;
        }

        slots[SlotOf(slots, state.Head, count)] = item;
        state.Count = count + 1;
        return true;
    }

    public void Add(T item, ItemContext? context = null)
    {
        Debug.Assert(!IsFull, "The owner makes room first.");
        Reserve(1);
        SetContext(0, context);
        TryAddQuickly(item);
    }

    /// <summary>Adds all items, without contexts, if there is room without growing; cannot fail in any other way.</summary>
    public bool TryAddQuickly(ReadOnlySpan<T> items)
    {
        ref BufferState state = ref gate.State;
        T[] slots = _slots;
        if (items.Length > QuickRoom)
        {
            return false;
        }

        int slot = SlotOf(slots, state.Head, state.Count);
        int straight = Math.Min(items.Length, slots.Length - slot);
        items[..straight].CopyTo(slots.AsSpan(slot));
        items[straight..].CopyTo(slots);
        state.Count += items.Length;
        return true;
    }

    /// <summary>Adds all items; the owner makes sure of the room.</summary>
    public void AddMany(Portion<T> items)
    {
        Debug.Assert(items.Length <= Room, "The owner makes room first.");
        Reserve(items.Length);
        for (int i = 0; i < items.Contexts.Length; i++)
        {
            SetContext(i, items.ContextOf(i));
        }

        TryAddQuickly(items.Items.Span);
    }

    public Single<T> RemoveOldest()
    {
        ref BufferState state = ref gate.State;
        Single<T> oldest = Take(state.Head);
        state.Head = SlotOf(_slots, state.Head, 1);
        state.Count--;
        return oldest;
    }

    /// <summary>Moves the contexts of the oldest items out, for as many as <paramref name="contexts"/> holds. To be called before the items are moved.</summary>
    public void MoveOldestContexts(Span<ItemContext?> contexts)
    {
        for (int i = 0; i < contexts.Length; i++)
        {
            ref ItemContext? context = ref _contexts![SlotOf(_slots, gate.State.Head, i)];
            contexts[i] = context;
            context = null;
        }
    }

    /// <summary>Copies the oldest items, as many as <paramref name="items"/> holds.</summary>
    public void CopyOldest(Span<T> items)
    {
        int straight = Math.Min(items.Length, _slots.Length - gate.State.Head);
        _slots.AsSpan(gate.State.Head, straight).CopyTo(items);
        _slots.AsSpan(0, items.Length - straight).CopyTo(items[straight..]);
    }

    /// <summary>Moves the oldest items out, as many as <paramref name="items"/> holds.</summary>
    public void RemoveOldest(Span<T> items)
    {
        Debug.Assert(items.Length <= Count, "The owner asks for what is there.");
        ref BufferState state = ref gate.State;
        if (items.Length == 1)
        {
            items[0] = _slots[state.Head]; // Less work than to copy several.
            Clear(_slots.AsSpan(state.Head, 1));
            state.Head = SlotOf(_slots, state.Head, 1);
            state.Count--;
            return;
        }

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

    public Single<T> RemoveNewest()
    {
        ref BufferState state = ref gate.State;
        Single<T> newest = Take(SlotOf(_slots, state.Head, state.Count - 1));
        state.Count--;
        return newest;
    }

    /// <summary>Empties a slot.</summary>
    private Single<T> Take(int slot)
    {
        Single<T> taken = new(_slots[slot], _contexts?[slot]);
        Clear(_slots.AsSpan(slot, 1));
        if (_contexts is not null)
        {
            _contexts[slot] = null;
        }

        return taken;
    }

    /// <summary>Gives an item its context that is about to be added.</summary>
    /// <param name="offset">How many are added before it.</param>
    /// <param name="context">The context; null for none.</param>
    private void SetContext(int offset, ItemContext? context)
    {
        if (context is not null)
        {
            _contexts ??= new ItemContext?[_slots.Length];
            _contexts[SlotOf(_slots, gate.State.Head, gate.State.Count + offset)] = context;
        }
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

    /// <summary>Grows when there is no room for that many more.</summary>
    private void Reserve(int more)
    {
        if (more > QuickRoom)
        {
            int size = (int)Math.Min(capacity, Math.Max(Count + more, 2L * _slots.Length));
            _contexts = _contexts is null ? null : Straighten(_contexts, size);
            _slots = Straighten(_slots, size);
            gate.State.Head = 0;
            SetLimit();
        }
    }

    private void SetLimit() => _limit = Math.Min(_slots.Length, capacity - _reserved);

    /// <summary>The same in a larger array, from its beginning.</summary>
    private TSlot[] Straighten<TSlot>(TSlot[] slots, int size)
    {
        TSlot[] larger = new TSlot[size];
        int head = gate.State.Head;
        int straight = Math.Min(Count, slots.Length - head);
        Array.Copy(slots, head, larger, 0, straight);
        Array.Copy(slots, 0, larger, straight, Count - straight);
        return larger;
    }
}
