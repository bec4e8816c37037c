using System.Diagnostics;

namespace ProducerConsumer;

/// <summary>First come, first served: the waits of one kind on one buffer. Guarded by the buffer's lock.</summary>
internal sealed class WaiterList
{
    private Waiter? _head;
    private Waiter? _tail;

    /// <summary>Whether nobody waits.</summary>
    public bool IsEmpty => _head is null;

    /// <summary>The wait that came first; null when nobody waits.</summary>
    public Waiter? First => _head;

    public void Add(Waiter waiter)
    {
        Debug.Assert(waiter.List is null && !waiter.IsSettled, "A waiter is parked once, and before it is settled.");
        waiter.List = this;
        waiter.Previous = _tail;
        waiter.Next = null;
        if (_tail is null)
        {
            _head = waiter;
        }
        else
        {
            _tail.Next = waiter;
        }

        _tail = waiter;
    }

    public void Remove(Waiter waiter)
    {
        Debug.Assert(waiter.List == this, "A waiter is taken out of the list that holds it.");
        if (waiter.Previous is null)
        {
            _head = waiter.Next;
        }
        else
        {
            waiter.Previous.Next = waiter.Next;
        }

        if (waiter.Next is null)
        {
            _tail = waiter.Previous;
        }
        else
        {
            waiter.Next.Previous = waiter.Previous;
        }

        waiter.List = null;
        waiter.Previous = null;
        waiter.Next = null;
    }

    /// <summary>Takes out the wait that came first; null when nobody waits.</summary>
    public Waiter? RemoveFirst()
    {
        Waiter? first = _head;
        if (first is not null)
        {
            Remove(first);
        }

        return first;
    }
}
