using System.Diagnostics;

namespace ProducerConsumer;

/// <summary>
/// The order of a stage whose results go on in the order of its items: every item that a worker takes gets the next
/// number, and a slot where its results wait until those of all items before it have gone on. When no slot is free, no
/// item is begun.
/// </summary>
/// <remarks>
/// Guarded by the lock of the stage's buffer. An item stays in flight until its results have gone on, so that a stop can
/// hand it back with them. One worker at a time releases results: they are copied under the lock and put into the next
/// buffer outside of it; only then are their slots free, and somebody else may release what follows.
/// </remarks>
/// <param name="size">The most items that are begun and not over: 1 or more.</param>
internal abstract class ResultWindow<T>(int size)
{
    /// <summary>The oldest item whose slot is not free.</summary>
    protected long Head { get; private set; }

    /// <summary>The number of the next item that is begun.</summary>
    protected long Next { get; private set; }

    /// <summary>How many more items may be begun.</summary>
    public int Room => size - (int)(Next - Head);

    /// <summary>Whether all results have gone on.</summary>
    public bool IsEmpty => Next == Head;

    /// <summary>How many items are in no worker's hands any more, and wait for those before them.</summary>
    public int Held { get; protected set; }

    /// <summary>Whether there is something to release, and nobody is at it.</summary>
    public abstract bool CanRelease { get; }

    /// <summary>Numbers items that are begun. There is room for them.</summary>
    public void Number(Span<long> places)
    {
        Debug.Assert(places.Length <= Room, "The owner asks for the room.");
        Reserve((int)(Next - Head) + places.Length);
        foreach (ref long place in places)
        {
            place = Next++;
        }
    }

    /// <summary>
    /// The results of a claim wait for their turn from here on: those of calls that have ended, and those that the call
    /// which is running has emitted so far.
    /// </summary>
    /// <param name="claim">The claim; its calls up to <paramref name="settled"/> are booked next.</param>
    /// <param name="settled">How many calls have ended.</param>
    /// <param name="isOwner">Whether the caller is the worker of the claim, and no call is running on another thread.</param>
    public abstract void Hold(Claim<T> claim, int settled, bool isOwner);

    /// <summary>An item is settled in another way. What it has emitted goes on in its turn.</summary>
    public abstract void End(long place);

    /// <summary>An item is handed back: takes out what it has emitted and did not go on.</summary>
    public abstract CallResults Take(long place);

    /// <summary>A copy of the items that are held, with the number of their results that have gone on.</summary>
    public abstract List<(Single<T> Item, int Emitted)> CopyHeld();

    /// <summary>How many results of an item have gone on.</summary>
    public abstract int EmittedOf(long place);

    /// <summary>The next buffer has what was released, or has refused it.</summary>
    public abstract Released<T> EndRelease(bool isRefused);

    /// <summary>The stage is closed: takes out all that is held and that nobody is releasing.</summary>
    public abstract Released<T> TakeHeld();

    /// <summary>Releases what the next buffer has room for, by somebody who cannot wait. Outside the lock.</summary>
    public abstract void Offer();

    /// <summary>Makes sure of that many slots.</summary>
    protected abstract void Reserve(int count);

    /// <summary>The oldest slot is free.</summary>
    protected void Free() => Head++;
}

/// <summary>The items that have left a window.</summary>
internal struct Released<T>
{
    /// <summary>How many are completed.</summary>
    public int Completed;

    /// <summary>The contexts of those that have one; null for none.</summary>
    public List<ItemContext>? Contexts;

    /// <summary>Those that are handed back; null for none.</summary>
    public List<(Single<T> Item, CallResults Results)>? Returned;

    public void Complete(ItemContext? context)
    {
        Completed++;
        if (context is not null)
        {
            (Contexts ??= []).Add(context);
        }
    }

    public void Return(Single<T> item, CallResults results) => (Returned ??= []).Add((item, results));
}
