using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace ProducerConsumer;

/// <summary>
/// The items that one worker took out of its buffer: those not started yet, the one whose call is running, and how many
/// calls have returned since the books were brought up to date.
/// </summary>
/// <remarks>
/// <para>An item that is not started belongs to whoever moves <see cref="_word"/> over it: the owner, which starts it and
/// needs no lock for that; another worker, which moves it into its own claim; or a close, which hands it back. The last
/// two hold the buffer's lock, and so does the owner when it fills the claim: items are copied out of the array after
/// the word was moved, and only a fill could overwrite them.</para>
/// <para>That the number of started calls and the item of the running one are in the same word makes a copy of the books
/// exact at any moment, also while the owner works.</para>
/// </remarks>
internal sealed class Claim<T>
{
    private const int CurrentShift = 48;
    private const long StartOne = 1L + (1L << 32);

    /// <summary>
    /// Four numbers of 16 bits, from the lowest: the first item that is not started, the end of the items, how many calls
    /// the owner has started since the last fill, and the item of the last of them.
    /// </summary>
    private long _word;

    /// <summary>How many calls have ended since the last fill. Written by the owner, read by whoever copies the books.</summary>
    private int _settled;

    /// <summary>How many of <see cref="_settled"/> are in the books. Guarded by the lock.</summary>
    private int _booked;

    private T[] _items = new T[1];

    /// <summary>Neighbours in the buffer's list of busy claims. Guarded by the lock.</summary>
    private Claim<T>? _previous;

    /// <summary>The next in the buffer's list of busy claims. Guarded by the lock.</summary>
    public Claim<T>? Next { get; private set; }

    /// <summary>Whether it is in the buffer's list of busy claims. Guarded by the lock.</summary>
    public bool IsLinked { get; private set; }

    /// <summary>Whether the owner waits or blocks, so that others are to take what it has not started. Guarded by the lock.</summary>
    public bool IsStalled { get; set; }

    /// <summary>Whether the last fill brought several items, so that some can be waiting. Guarded by the lock.</summary>
    public bool IsShared { get; set; }

    /// <summary>The word as the watchdog saw it last. Guarded by the lock.</summary>
    public long Seen { get; set; }

    /// <summary>For the watchdog: changes whenever the owner starts a call or fills the claim again.</summary>
    public long Progress => Volatile.Read(ref _word);

    /// <summary>Orders claims by their age. Guarded by the lock.</summary>
    public long Ticket { get; private set; }

    /// <summary>How many items are not started. More cannot come but by a fill.</summary>
    public int Rest => RestOf(Volatile.Read(ref _word));

    /// <summary>The item of the call that the owner started last; for the owner, until it settles the call.</summary>
    public T Current => _items[CurrentOf(_word)];

    /// <summary>The most items that a fill can bring.</summary>
    public int Size => _items.Length;

    /// <summary>Makes the claim able to hold that many. By the owner, while the claim is empty.</summary>
    public void Reserve(int size)
    {
        Debug.Assert(RestOf(_word) == 0, "Nothing is in the array that is given up.");
        if (_items.Length < size)
        {
            _items = new T[size];
        }
    }

    /// <summary>Takes the next item to start it. By the owner; false when there is none, or others took the rest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryStart(out T item)
    {
        long word = _word;
        while ((ushort)word < (ushort)(word >> 16))
        {
            // The exchange decides against those who move the rest away, who use one too. It needs to order nothing
            // else: the items were written under the lock by this thread, or before this worker was woken.
            long moved = ((word & 0xFFFF_FFFF_FFFF) + StartOne) | (word << CurrentShift);
            long seen = Interlocked.CompareExchange(ref _word, moved, word);
            if (seen == word)
            {
                item = _items[(ushort)word];
                if (RuntimeHelpers.IsReferenceOrContainsReferences<T>() && StartedOf(word) > 0)
                {
                    // The item before this one is done. Behind the exchange, so that Look sees either the item or a new word.
                    _items[CurrentOf(word)] = default!;
                }

                return true;
            }

            word = seen;
        }

        item = default!;
        return false;
    }

    /// <summary>The call has ended, and all that is left to do is to count it. By the owner.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Settle() => Volatile.Write(ref _settled, _settled + 1); // Pairs with Look: counted once, as running or as ended.

    /// <summary>How many calls have ended that are not in the books yet. By the owner, between two calls.</summary>
    public int TakeSettled_NeedsLock()
    {
        int settled = _settled - _booked;
        _booked = _settled;
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>() && StartedOf(_word) > 0)
        {
            _items[CurrentOf(_word)] = default!; // A claim must not keep an object alive that it is done with.
        }

        return settled;
    }

    /// <summary>The call that was started last has ended and is in the books already. By the owner.</summary>
    public void SettleBooked_NeedsLock()
    {
        _booked++;
        Settle();
    }

    /// <summary>Begins a fill of a claim that has no items: where to put them.</summary>
    public Span<T> Fill_NeedsLock(int count, long ticket)
    {
        Debug.Assert(RestOf(_word) == 0 && _settled == _booked && StartedOf(_word) == _settled, "Filled when everything in it is done and booked.");
        Ticket = ticket;
        _settled = 0;
        _booked = 0;

        // A plain write: nobody but the owner moves an empty claim, and others read it under the lock.
        _word = (long)count << 16;
        return _items.AsSpan(0, count);
    }

    /// <summary>Moves items that the owner has not started into the empty claim of another worker; returns how many.</summary>
    public int MoveTo_NeedsLock(Claim<T> thief, int most)
    {
        (int first, int count) = Take(most);
        if (count > 0)
        {
            Span<T> items = _items.AsSpan(first, count);
            items.CopyTo(thief.Fill_NeedsLock(count, Ticket));
            items.Clear();
        }

        return count;
    }

    /// <summary>Takes all items out that the owner has not started. They stand in the array until the next fill.</summary>
    public ReadOnlySpan<T> TakeRest_NeedsLock()
    {
        (int first, int count) = Take(int.MaxValue);
        return _items.AsSpan(first, count);
    }

    /// <summary>
    /// What the books have to know of this claim besides what is booked: calls that have ended, whether one is running and
    /// with which item, and how many items wait.
    /// </summary>
    public (int Settled, bool IsRunning, T Running, int Waiting) Look_NeedsLock()
    {
        while (true)
        {
            // The running item is read between two looks at the word and after the number of ended calls: if the word has
            // not changed, the item belongs to the call; it may have ended since, and is then counted as running.
            long word = Volatile.Read(ref _word);
            int settled = Volatile.Read(ref _settled);
            T running = _items[CurrentOf(word)];
            Interlocked.MemoryBarrier();
            if (word == Volatile.Read(ref _word) && settled == Volatile.Read(ref _settled))
            {
                return (settled - _booked, StartedOf(word) > settled, running, RestOf(word));
            }
        }
    }

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

    private static int RestOf(long word) => (ushort)(word >> 16) - (ushort)word;

    private static int StartedOf(long word) => (ushort)(word >> 32);

    private static int CurrentOf(long word) => (ushort)(word >> CurrentShift);

    /// <summary>Moves the word over the oldest items, against the owner, who starts them at the same time.</summary>
    private (int First, int Count) Take(int most)
    {
        long word = Volatile.Read(ref _word);
        while (true)
        {
            int count = Math.Min(RestOf(word), most);
            if (count == 0)
            {
                return (0, 0);
            }

            long seen = Interlocked.CompareExchange(ref _word, word + count, word); // Pairs with the one in TryStart.
            if (seen == word)
            {
                return ((ushort)word, count);
            }

            word = seen;
        }
    }
}
