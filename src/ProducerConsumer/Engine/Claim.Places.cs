namespace ProducerConsumer;

/// <summary>What the order of a stage has to know of the items of a claim, which are numbered from 0 in the order in which they are begun.</summary>
internal sealed partial class Claim<T>
{
    /// <summary>By what the order knows the items; empty for a stage without one.</summary>
    private long[] _places = [];

    /// <summary>Whether a call is running, or has just been announced. For the owner.</summary>
    public bool IsRunning => _next > _settled;

    /// <summary>The number of the item of the call that is running. For the owner.</summary>
    public int CurrentIndex => _next - 1;

    /// <summary>By what the order knows the item of the call that is running. For the owner.</summary>
    public long CurrentPlace => _places[CurrentIndex];

    /// <summary>Where the items begin whose calls have ended and are not in the books.</summary>
    public int Booked_NeedsLock => _booked;

    /// <summary>
    /// Where the items begin that are still in their lanes. Guarded by the lock of the lanes, and written by the owner, under
    /// that of the buffer, when nobody has a reason to read it. A hint for those who read it without.
    /// </summary>
    public int Left { get; set; }

    /// <summary>
    /// Whether the items have no lanes, since nobody else has any. Written under the lock. The owner reads it without: it may
    /// have ended a moment ago.
    /// </summary>
    public bool IsSolo { get; set; }

    /// <summary>Whether the owner may not come back soon. Guarded by the lock.</summary>
    public bool IsSuspended { get; set; }

    /// <summary>The items of this fill have no lanes.</summary>
    public void BeginSolo_NeedsLock()
    {
        IsSolo = true;
        Left = _end;
        FillPlaces_NeedsLock(); // In case it does not stay alone.
    }

    /// <summary>The items are to have lanes after all. Returns those that are begun and not booked.</summary>
    public ReadOnlySpan<T> EndSolo_NeedsLock()
    {
        Left = _booked;
        return Items_NeedsLock(_booked, _end);
    }

    /// <summary>The place of one of the items is known from here on.</summary>
    public void Place_NeedsLock(int index, long place) => _places[index] = place;

    /// <summary>Where they end. More calls may have ended when the owner is at work.</summary>
    public int Settled_NeedsLock => Volatile.Read(ref _settled); // Pairs with Settle: what these calls wrote is visible.

    /// <summary>Whether the owner could have calls end that nobody sees while it is stuck in a later one.</summary>
    public bool HidesCalls_NeedsLock => _end - _booked > 1;

    /// <summary>Where to put the places of a fill.</summary>
    public Span<long> FillPlaces_NeedsLock()
    {
        if (_places.Length < _end)
        {
            _places = new long[_items.Length];
        }

        return _places.AsSpan(0, _end);
    }

    /// <summary>By what the order knows one of the items.</summary>
    public long PlaceOf_NeedsLock(int index) => _places[index];

    /// <summary>By what the order knows some of the items.</summary>
    public ReadOnlySpan<long> Places_NeedsLock(int first, int end) => _places.AsSpan(first, end - first);

    /// <summary>Whether the items have no contexts and were not begun before.</summary>
    public bool IsPlain => !HasContexts && Attempts == 0;

    /// <summary>Items whose calls have ended, before <see cref="TakeSettled_NeedsLock"/>.</summary>
    public ReadOnlySpan<T> Items_NeedsLock(int first, int end) => _items.AsSpan(first, end - first);

    /// <summary>An item whose call has ended, before <see cref="TakeSettled_NeedsLock"/>.</summary>
    public Single<T> SingleOf_NeedsLock(int index) => new(_items[index], HasContexts ? _contexts[index] : null, Attempts);
}
