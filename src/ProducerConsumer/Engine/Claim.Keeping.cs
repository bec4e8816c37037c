using System.Diagnostics;

namespace ProducerConsumer;

/// <summary>Items whose calls end without settling them: they are in a collection of kept items, and somebody else settles them.</summary>
internal sealed partial class Claim<T>
{
    /// <summary>How many of <see cref="_settled"/> are kept, and not to be booked here. Written by the owner.</summary>
    private int _kept;

    /// <summary>Whether the item of the call that is running is kept: somebody else settles it. Written by the owner.</summary>
    public bool IsKept { get; private set; }

    /// <summary>The item of the call that is running is in a collection of kept items from here on. By the owner.</summary>
    public void Keep() => IsKept = true;

    /// <summary>
    /// The next items, at most that many, as if each had been started in turn and kept: the call that is running becomes
    /// that of the last of them. By the owner, in the call for an item that is kept. Nobody takes items away meanwhile.
    /// </summary>
    public ReadOnlySpan<T> KeepMore_NeedsLock(int most)
    {
        Debug.Assert(IsKept && !HasContexts, "The call has kept its item, and there are items only.");
        int next = _next;
        int count = Math.Min(most, _end - next);
        _kept += count;
        Volatile.Write(ref _next, next + count);
        Volatile.Write(ref _settled, _settled + count);
        return _items.AsSpan(next, count);
    }
}
