using System.Runtime.CompilerServices;

namespace ProducerConsumer;

/// <summary>How the item of the call that has ended is settled.</summary>
internal abstract partial class ItemWorker<T>
{
    /// <summary>The call that was started last has returned.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Settle()
    {
        if (CountsSuccesses || Claim.HasContexts || _outlet is { IsClear: false })
        {
            SettleSlowly();
        }
        else
        {
            Claim.Settle();
        }
    }

    /// <summary>The long path: something went wrong, or somebody is to be told.</summary>
    private void SettleSlowly()
    {
        if (_outlet is not null)
        {
            if (_outlet.HasRefused)
            {
                throw new OperationCanceledException("The next stage was closed."); // Whatever the call made of the refusal.
            }

            if (_outlet.IsBlocked)
            {
                throw new InvalidOperationException(
                    $"A call of stage '{Stage.Name}' ended while a result of its still waits for room. Await EmitAsync before the call ends.");
            }
        }

        ItemContext? context = Claim.CurrentContext;
        Claim.Settle();
        if (CountsSuccesses)
        {
            Succeed();
        }

        if (!Stage.Buffer.PreservesOrder)
        {
            Tell(context, ItemOutcome.Completed); // Else when its results have gone on.
        }
    }

    /// <summary>The call that is running failed.</summary>
    public void SettleFailed()
    {
        ItemContext? context = Claim.CurrentContext;
        if (Claim.IsKept)
        {
            Stage.Buffer.SettleFailed(Claim, Kept!);
        }
        else
        {
            Stage.Buffer.SettleFailed(Claim);
        }

        Tell(context, ItemOutcome.Failed);
    }

    /// <summary>The call that is running was cancelled by a stop.</summary>
    public void SettleCanceled(CallResults results)
    {
        ItemContext? context = Claim.CurrentContext;
        if (Claim.IsKept)
        {
            Stage.Buffer.SettleCanceled(Claim, Kept!, results);
        }
        else
        {
            Stage.Buffer.SettleCanceled(Claim, results);
        }

        Tell(context, ItemOutcome.Undelivered);
    }

    /// <summary>The dead-letter handler has the item of the call that did not return.</summary>
    public void SettleDeadLettered()
    {
        ItemContext? context = Claim.CurrentContext;
        Stage.Buffer.SettleDeadLettered(Claim);
        Tell(context, ItemOutcome.DeadLettered);
    }
}
