using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace ProducerConsumer;

/// <summary>The way of one worker's results into the window of its stage, where they wait for their turn.</summary>
/// <remarks>
/// The worker adds results at one end without a lock, as to a <see cref="LocalBatch{T}"/>; everybody moves them into the
/// window from the other end under the lock of the stage's buffer: the worker, and others when it is stuck.
/// </remarks>
/// <param name="buffer">The buffer of the stage.</param>
/// <param name="next">The buffer of the next stage.</param>
/// <param name="window">The window of the stage.</param>
/// <param name="source">The name of the stage.</param>
/// <param name="maxBatch">The most items that the worker takes at once.</param>
internal sealed class OrderedOutlet<T, TOut>(
    BoundedBuffer<T> buffer, BoundedBuffer<TOut> next, ResultWindow<T, TOut> window, string source, int maxBatch)
    : Outlet<TOut>(next, source)
{
    /// <summary>
    /// The results. When there is no room for more, the worker releases them in the middle of a call, which costs more than
    /// after the last one: so there is room for more than one result of each item.
    /// </summary>
    private readonly TOut[] _results = BatchArrays<TOut>.Pool.Rent(MostOf(maxBatch));

    private readonly ReleaseRun<TOut> _run = new(MostOf(maxBatch));

    /// <summary>
    /// Where the results of each item of the claim end; 0 for an item that has none so far. Written by the worker before
    /// the end that needs it.
    /// </summary>
    private readonly int[] _ends = new int[maxBatch];

    /// <summary>The oldest result that is still here. Written under the lock.</summary>
    private int _first;

    /// <summary>Where the results end. Written by the worker.</summary>
    private int _end;

    /// <summary>The items of the worker. Set once, when the worker has been made.</summary>
    public Claim<T> Claim { get; set; } = null!;

    /// <summary>A result for kept items, of which there are none here, is one of the item at hand.</summary>
    public override ValueTask EmitAsync(TOut result, ItemContext? context) => EmitAsync(result);

    public override ValueTask EmitAsync(TOut result)
    {
        if (!Claim.IsRunning)
        {
            return base.EmitAsync(result); // For no item: it has no turn.
        }

        if (!CanEmit(result, out ValueTask refusal))
        {
            return refusal;
        }

        Emitted++;
        int end = _end;
        _results[end] = result;
        _ends[Claim.CurrentIndex] = end + 1;
        Volatile.Write(ref _end, end + 1); // A release: who sees the new end sees the result, and what it is the end of.
        if (Volatile.Read(ref _first) == end)
        {
            buffer.Watch(); // As for a local batch: there was nothing here to look after.
        }

        return end + 1 < _results.Length ? default : PublishAsync();
    }

    public override ValueTask PublishAsync() => PublishAsync(isLast: false);

    public override ValueTask PublishLastAsync() => PublishAsync(isLast: true);

    private ValueTask PublishAsync(bool isLast)
    {
        ValueTask published = base.PublishAsync();
        if (!published.IsCompletedSuccessfully)
        {
            return published; // Results for no item. What waits here is released at the end of the next claim.
        }

        published.GetAwaiter().GetResult(); // What it stands for serves again.
        return TryRelease(isLast, out ValueTask wait) ? wait : ReleaseRestAsync(wait);
    }

    public override void Offer() => window.ReleaseNow(Claim);

    public override void Release()
    {
        base.Release();
        if (!IsBlocked)
        {
            _run.Return(); // Else a write that nobody awaited still has results in it.
        }

        BatchArrays<TOut>.Pool.Return(_results, RuntimeHelpers.IsReferenceOrContainsReferences<TOut>());
    }

    /// <summary>Moves the results of a call that has ended, which are the oldest here.</summary>
    /// <param name="index">The number of its item in the claim.</param>
    /// <param name="results">Where to.</param>
    public void MoveEnded_NeedsLock(int index, ref ResultQueue<TOut> results) =>
        Move_NeedsLock(Math.Max(0, _ends[index] - _first), ref results);

    /// <summary>How many results the call has emitted that is running. To be asked when those of earlier calls were moved.</summary>
    /// <param name="settled">How many calls of the claim have ended.</param>
    public int CountRunning_NeedsLock(int settled)
    {
        int count = Volatile.Read(ref _end) - _first;

        // First the count, then the look: if no other call has ended since, all of them are of the call after those.
        return Claim.Settled_NeedsLock == settled ? count : 0;
    }

    /// <summary>Moves the oldest results.</summary>
    public void Move_NeedsLock(int count, ref ResultQueue<TOut> results)
    {
        foreach (TOut result in Oldest_NeedsLock(count))
        {
            results.Add(result);
        }

        Remove_NeedsLock(count);
    }

    /// <summary>Whether calls that have ended have one result each, which are the oldest here.</summary>
    /// <param name="booked">Where the items of these calls begin in the claim: what was emitted for those before is not here any more.</param>
    /// <param name="settled">Where they end.</param>
    public bool HasOneEach_NeedsLock(int booked, int settled)
    {
        int end = _first;
        foreach (int resultEnd in _ends.AsSpan(booked, settled - booked))
        {
            if (resultEnd != ++end)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The oldest results.</summary>
    public ReadOnlySpan<TOut> Oldest_NeedsLock(int count) => _results.AsSpan(_first, count);

    /// <summary>The oldest results were copied.</summary>
    public void Remove_NeedsLock(int count)
    {
        if (RuntimeHelpers.IsReferenceOrContainsReferences<TOut>())
        {
            Array.Clear(_results, _first, count);
        }

        Volatile.Write(ref _first, _first + count);
    }

    /// <summary>All results were moved: begins anew. By the worker.</summary>
    public void Begin_NeedsLock()
    {
        Debug.Assert(_first == _end, "The worker moves all that it has.");
        if (_end > 0)
        {
            _first = 0;
            _end = 0;
            Array.Clear(_ends);
        }
    }

    private static int MostOf(int maxBatch) => Math.Clamp(2 * maxBatch, ReleaseRun<TOut>.MinSize, 1024);

    /// <summary>Releases what may go on; false when there is more after the wait.</summary>
    private bool TryRelease(bool isLast, out ValueTask wait)
    {
        wait = WaitFor(window.ReleaseAsync(Claim, _run, isLast, out bool canRelease));
        return !canRelease;
    }

    [AsyncMethodBuilder(typeof(PooledBuilder))]
    private async ValueTask ReleaseRestAsync(ValueTask wait)
    {
        do
        {
            await wait.ConfigureAwait(false);
            IsBlocked = true; // Until all is out.
        }
        while (!TryRelease(isLast: false, out wait));

        await wait.ConfigureAwait(false);
        IsBlocked = false;
    }
}
