using System.Diagnostics;

namespace ProducerConsumer;

/// <summary>
/// The order of a stage whose results go on in the order of its items: every item that a worker takes gets the next
/// number, and a slot where its results wait until those of all items before it have gone on. When no slot is free, no
/// item is begun.
/// </summary>
/// <remarks>
/// <para>Guarded by the lock of the stage's buffer. An item whose call has ended stays in flight until its results have
/// gone on. One at a time releases results: they are copied under the lock and put into the next buffer outside of it;
/// only then are their slots free, and somebody else may release what follows. No worker leaves before that, nor while
/// anything is still to be released: who waits for an item is told before the stage has ended.</para>
/// <para>Calls of a claim that have ended are held as one row where they can be, see
/// <see cref="ResultWindow{T, TOut}"/>; otherwise each in its slot.</para>
/// <para>When the stage is closed, so is the next one, and everything goes there at once, to be handed back.</para>
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

    /// <summary>Whether somebody is releasing results.</summary>
    public bool IsReleasing { get; protected set; }

    /// <summary>How many items are in no worker's hands any more, and wait for those before them.</summary>
    public int Held { get; protected set; }

    /// <summary>Whether anything waits here that a release changes, now or later.</summary>
    public abstract bool HasNews { get; }

    /// <summary>Whether a release would change something now, with the results or the end of the oldest item.</summary>
    public abstract bool OldestHasNews { get; }

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
    /// <returns>Whether there were results of a call that is running.</returns>
    public abstract bool Hold(Claim<T> claim, int settled, bool isOwner);

    /// <summary>An item is settled in another way. What it has emitted goes on in its turn.</summary>
    public abstract void End(long place);

    /// <summary>The next buffer has what was released.</summary>
    public abstract Released EndRelease();

    /// <summary>A copy of the items that are held.</summary>
    public abstract List<Single<T>> CopyHeld();

    /// <summary>Releases what the next buffer has room for, by somebody who cannot wait. Outside the lock.</summary>
    public abstract void ReleaseNow();

    /// <summary>Makes sure of that many slots.</summary>
    protected abstract void Reserve(int count);

    /// <summary>The oldest slots are free.</summary>
    protected void Free(int count) => Head += count;
}

/// <summary>The items that were completed with a release.</summary>
internal struct Released
{
    /// <summary>How many.</summary>
    public int Completed;

    /// <summary>The contexts of those that have one, and of others whose last results have gone on; null for none.</summary>
    public List<ItemContext>? Contexts;

    public void Complete(ItemContext? context)
    {
        Completed++;
        if (context is not null)
        {
            LetGo(context);
        }
    }

    public void LetGo(ItemContext context) => (Contexts ??= []).Add(context);
}
