using System.Runtime.CompilerServices;

namespace ProducerConsumer;

/// <summary>The loop over the items of a claim.</summary>
internal abstract partial class ItemWorker<T>
{
    /// <summary>How many items of a quick handler pass between two looks at the clock, which costs as much as an item.</summary>
    private const int ItemsPerLook = 32;

    /// <summary>As <see cref="ItemsPerLook"/>, at the end of a claim. Small: a handler that becomes slow may be given one item at a time, and those are not judged.</summary>
    private const int ItemsPerLastLook = 4;

    /// <summary>How many calls ended since somebody looked at the clock, as far as claims have ended.</summary>
    private int _unlooked;

    /// <summary>Calls the stage's code for each item of the claim.</summary>
    private Pause HandleClaim()
    {
        while (true)
        {
            try
            {
                if (_awaited != Awaited.Nothing)
                {
                    GetAwaited();
                }

                return HandleItems(_handle!, Token);
            }
            catch (Exception error)
            {
                EndCall();
                if (!TryJudge(error))
                {
                    return Pause.Suspended;
                }

                if (IsStreakOver)
                {
                    return Pause.Due;
                }
            }
        }
    }

    /// <summary>
    /// Goes on until a call suspends, or throws. Apart from what catches that: a loop in there would have its variables in
    /// memory and not in registers.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private Pause HandleItems(Func<T, CancellationToken, ValueTask> handle, CancellationToken token)
    {
        int handled = 0;
        while (Claim.TryStart(out T item) || (Claim.IsRefused && Stage.Buffer.TryStartRefused(Claim, out item)))
        {
            _outlet?.Begin(holdsBack: Claim.Filled > 1);
            if (Claim.CurrentContext is { } context)
            {
                BeginContext(context);
            }

            ValueTask call = handle(item, token);
            if (!call.IsCompleted)
            {
                _call = call;
                _awaited = Awaited.Call;
                RestoreContext();
                return Pause.Suspended;
            }

            call.GetAwaiter().GetResult();
            EndCall();
            Settle();
            if (++handled % ItemsPerLook == 0 && IsStreakOver)
            {
                return Pause.Due;
            }
        }

        // With none handled, the streak began with this call.
        return handled > 0 && IsLookDue(handled % ItemsPerLook) && IsStreakOver ? Pause.Due : Pause.Done;
    }

    /// <summary>Whether to look at the clock at the end of a claim: of each, until the handler proves quick.</summary>
    /// <param name="handled">How many calls ended since the claim began, or since the last look in it.</param>
    private bool IsLookDue(int handled)
    {
        _unlooked += handled;
        bool due = _batchSize.Value == 1 || _unlooked >= ItemsPerLastLook;
        if (due)
        {
            _unlooked = 0;
        }

        return due;
    }
}
