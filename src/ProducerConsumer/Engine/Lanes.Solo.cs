using System.Diagnostics;

namespace ProducerConsumer;

/// <summary>A worker that handles items alone, without lanes: seeing whether they have keys, and finding lanes for them after all.</summary>
internal abstract partial class Lanes<T>
{
    /// <summary>The most items that a worker may take without lanes: what it does not settle has to be picked.</summary>
    public const int MaxSolo = MaxPicked;

    /// <summary>How many of the picked items, the first ones, are begun and only want lanes. Guarded by the lock.</summary>
    private int _begun;

    /// <summary>
    /// The claim that those are in, until they have lanes. It is not filled again before, since nothing can be begun.
    /// Guarded by the lock.
    /// </summary>
    private Claim<T>? _begunIn;

    /// <summary>Which item of that claim is the first of them.</summary>
    private int _begunFirst;

    /// <summary>Whether there is no item: none with a worker, none in a lane, and none whose lane is to be found.</summary>
    public bool IsEmpty
    {
        get
        {
            _gate.Enter();
            bool isEmpty = _running == 0 && _startable == 0 && _picked == 0 && !_isFinding;
            _gate.Exit();
            return isEmpty;
        }
    }

    /// <summary>A worker has taken these alone, and is about to see whether they have keys. The caller holds the lock of the buffer.</summary>
    public void BeginCheck(ReadOnlySpan<T> items)
    {
        _gate.Enter();
        Debug.Assert(_running == 0 && _startable == 0 && _picked == 0 && !_isFinding, "Alone with its items.");
        _isFinding = true; // Picked belongs to the worker until it has seen: the claim may be emptied meanwhile.
        items.CopyTo(Picked);
        _gate.Exit();
    }

    /// <summary>Whether these items have keys. Calls code of the application's, outside of both locks; never throws.</summary>
    public bool Check(BoundedBuffer<T> buffer, int count)
    {
        bool haveKeys = HaveKeys(buffer, count);
        _gate.Enter();
        _isFinding = false;
        ForgetPicked(count);
        _gate.Exit();
        return haveKeys;
    }

    /// <summary>
    /// A worker is alone with its items no more: those that are begun and not booked, and those that were taken away from
    /// it, want lanes. The caller holds the lock of the buffer.
    /// </summary>
    public void TakeIn(Claim<T> claim, ReadOnlySpan<Single<T>> rest)
    {
        _gate.Enter();
        Debug.Assert(_running == 0 && _startable == 0 && _picked == 0 && !_isFinding, "Alone with its items.");
        ReadOnlySpan<T> begun = claim.EndSolo_NeedsLock();
        begun.CopyTo(Picked);
        _begun = begun.Length;
        _begunIn = _begun > 0 ? claim : null;
        _begunFirst = claim.Left;
        _hasPickedContexts = claim.HasContexts;
        for (int i = 0; i < rest.Length; i++)
        {
            Picked[_begun + i] = rest[i].Item;
            _pickedContexts[_begun + i] = rest[i].Context;
        }

        _picked = _begun + rest.Length;
        _gate.Exit();
    }

    /// <summary>Whether each of the first picked items has a key; false also when the buffer was closed meanwhile. Never throws.</summary>
    protected abstract bool HaveKeys(BoundedBuffer<T> buffer, int count);

    /// <summary>The items that were begun have lanes from here on, but for those that are done by now.</summary>
    /// <returns>How many of the picked items those are: the first ones.</returns>
    private int PlaceBegun()
    {
        int begun = _begun;
        for (int i = 0; i < begun; i++)
        {
            int id = PickedLanes[i];
            int index = _begunFirst + i;
            Reserve(id);
            if (index >= _begunIn!.Left)
            {
                _begunIn.Place_NeedsLock(index, id);
                _lanes[id].Running++;
                _running++;
            }
            else
            {
                Note(id, ref _lanes[id]);
            }
        }

        _begun = 0;
        _begunIn = null;
        return begun;
    }

    /// <summary>Calls of a claim have ended whose lanes are not found yet. False when they have lanes.</summary>
    private bool TryLeaveBegun(Claim<T> claim, int settled)
    {
        bool isBegun = _begunIn == claim;
        if (isBegun)
        {
            claim.Left = settled;
        }

        return isBegun;
    }
}
