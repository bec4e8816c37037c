using System.Runtime.CompilerServices;

namespace ProducerConsumer;

/// <summary>The memory of a claim: rented when it is to hold several items, and not to keep alive what is done.</summary>
internal sealed partial class Claim<T>
{
    /// <summary>Makes the claim able to hold that many. By the owner.</summary>
    public void Reserve(int size)
    {
        if (_items.Length < size)
        {
            T[] larger = BatchArrays<T>.Pool.Rent(size);
            _items.CopyTo(larger, 0); // Nothing waits in it, but an item that is done may not be in the books yet.
            _items = larger;
        }
    }

    /// <summary>Gives rented memory back. By the owner, when it has left its pool.</summary>
    public void Release()
    {
        if (_items.Length > 1)
        {
            BatchArrays<T>.Pool.Return(_items, RuntimeHelpers.IsReferenceOrContainsReferences<T>());
            _items = [];
        }
    }

    /// <summary>Keeps no object alive that is done. By the owner, when it may be long before its next step, or behind an owner that is stuck.</summary>
    public void Forget()
    {
        if (_places.Length == 0)
        {
            Clear(0, _settled); // Where there is an order, it has to know what is done, which is cleared when it is booked.
        }
    }

    /// <summary>A claim must not keep objects alive that it is done with.</summary>
    private void Clear(int start, int count)
    {
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>())
        {
            Array.Clear(_items, start, count);
        }

        if (HasContexts)
        {
            Array.Clear(_contexts, start, count);
        }
    }
}
