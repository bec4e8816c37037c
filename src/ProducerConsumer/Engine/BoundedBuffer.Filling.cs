using System.Runtime.CompilerServices;

namespace ProducerConsumer;

/// <summary>How claims are filled.</summary>
internal sealed partial class BoundedBuffer<T>
{
    /// <summary>How many items of the buffer a worker may begin: none before its key is known, where there are keys.</summary>
    private int Startable_NeedsLock
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _lanes is not null ? 0 : _window is null ? _items.Count : Math.Min(_items.Count, _window.Room);
    }

    /// <summary>Whether a worker could begin an item that comes now, or look for its key. Who looks for keys looks for more when it has them.</summary>
    private bool CanStart_NeedsLock
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _window is null or { Room: > 0 } && _lanes is null or { IsFinding: false } && _soloist is null;
    }

    /// <summary>A fair share of the items, and no more in the hands of workers than the buffer itself holds.</summary>
    private int ShareOf_NeedsLock(int startable, int most)
    {
        if (most == 1)
        {
            return 1;
        }

        long claimed = _gate.State.Claimed - (_window?.Held ?? 0);
        foreach (KeptItems<T> kept in _kept)
        {
            claimed -= kept.Count; // Or a batch that is nearly as large as the capacity would be filled one by one.
        }

        long share = Math.Min(startable / _workers!.Active_NeedsLock, Capacity - claimed);
        return (int)Math.Clamp(share, 1, most);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void FillWithOldest_NeedsLock(Claim<T> claim, int count, ref Signals signals)
    {
        Span<T> items = Fill_NeedsLock(claim, count, ref signals);
        if (_items.HasContexts)
        {
            _items.MoveOldestContexts(claim.FillContexts_NeedsLock());
        }

        _window?.Number(claim.FillPlaces_NeedsLock());
        _items.RemoveOldest(items);
        _gate.State.Claimed += count;
        Refill_NeedsLock(ref signals);
    }

    /// <summary>Fills a claim; items that come from the buffer are the caller's to count as claimed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Span<T> Fill_NeedsLock(Claim<T> claim, int count, ref Signals signals)
    {
        Occupy_NeedsLock(claim);
        if (count > 1 && (_workers!.MaxWorkers > 1 || _window is not null))
        {
            Watch_NeedsLock(ref signals);
        }

        return claim.Fill_NeedsLock(count, ++_tickets);
    }

    private void Fill_NeedsLock(Claim<T> claim, Single<T> item, ref Signals signals)
    {
        Fill_NeedsLock(claim, 1, ref signals)[0] = item.Item;
        claim.Attempts = item.Attempts;
        if (_window is not null)
        {
            claim.FillPlaces_NeedsLock()[0] = item.Place;
        }

        if (item.Context is not null)
        {
            claim.FillContexts_NeedsLock()[0] = item.Context;
        }
    }
}
