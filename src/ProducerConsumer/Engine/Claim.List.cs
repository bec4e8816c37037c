using System.Diagnostics;

namespace ProducerConsumer;

/// <summary>A claim as a node of the buffer's list of busy claims.</summary>
internal sealed partial class Claim<T>
{
    /// <summary>The neighbour in the buffer's list of busy claims. Guarded by the lock.</summary>
    private Claim<T>? _previous;

    /// <summary>The next in the buffer's list of busy claims. Guarded by the lock.</summary>
    public Claim<T>? Next { get; private set; }

    /// <summary>Whether it is in the buffer's list of busy claims. Guarded by the lock.</summary>
    public bool IsLinked { get; private set; }

    public void Link_NeedsLock(ref Claim<T>? head)
    {
        Debug.Assert(!IsLinked, "Linked once.");
        IsLinked = true;
        Next = head;
        if (head is not null)
        {
            head._previous = this;
        }

        head = this;
    }

    public void Unlink_NeedsLock(ref Claim<T>? head)
    {
        Debug.Assert(IsLinked, "Unlinked once.");
        IsLinked = false;
        if (_previous is null)
        {
            head = Next;
        }
        else
        {
            _previous.Next = Next;
        }

        if (Next is not null)
        {
            Next._previous = _previous;
        }

        Next = null;
        _previous = null;
    }
}
