using System.Diagnostics;

namespace ProducerConsumer;

/// <summary>
/// What travels with an item through all stages: who waits for its fate, and the trace that it belongs to. Most items have
/// none, and then nothing travels.
/// </summary>
/// <remarks>
/// Held by the item and by whatever it is turned into: a result that is emitted shares the context, a batch has one of its
/// own that stands for those of its items. Whoever waits is told once, when the last holder has settled, and of the worst
/// outcome.
/// </remarks>
internal sealed class ItemContext
{
    /// <summary>Who waits; null for nobody. Must not throw.</summary>
    private readonly Action<ItemOutcome>? _onSettled;

    /// <summary>How many items hold this context.</summary>
    private int _holders = 1;

    /// <summary>The worst outcome so far, as a number.</summary>
    private int _worst;

    /// <param name="onSettled">Told once of the outcome, outside of all locks; null when nobody waits. Must not throw.</param>
    /// <param name="activity">What was under way when the item was written; null for nothing.</param>
    public ItemContext(Action<ItemOutcome>? onSettled, Activity? activity)
    {
        _onSettled = onSettled;
        Activity = activity;
    }

    /// <summary>The parent of what is done with the item; null for none.</summary>
    public Activity? Activity { get; }

    /// <summary>What the call for the item is to throw, because something was thrown before there was a call; null for nothing.</summary>
    public Exception? Fault { get; private init; }

    /// <summary>The context of an item that has failed before its call.</summary>
    /// <param name="context">The context that the item had; null for none.</param>
    /// <param name="fault">What was thrown.</param>
    public static ItemContext Faulted(ItemContext? context, Exception fault) =>
        new(context is null ? null : context.Settle, context?.Activity) { Fault = fault };

    /// <summary>The context of an item that stands for several; null when none of them has one that waits.</summary>
    public static ItemContext? Gather(IEnumerable<ItemContext?> contexts)
    {
        ItemContext[] parts = [.. contexts.OfType<ItemContext>().Where(static context => context._onSettled is not null)];
        return parts.Length == 0 ? null : new ItemContext(outcome => Array.ForEach(parts, part => part.Settle(outcome)), activity: null);
    }

    /// <summary>One item more holds this context.</summary>
    public ItemContext Share()
    {
        if (_onSettled is not null)
        {
            Interlocked.Increment(ref _holders);
        }

        return this;
    }

    /// <summary>An item that holds this context is settled. Outside of all locks: it may tell whoever waits.</summary>
    public void Settle(ItemOutcome outcome)
    {
        if (_onSettled is null)
        {
            return;
        }

        int worst = Volatile.Read(ref _worst);
        while (worst < (int)outcome)
        {
            int seen = Interlocked.CompareExchange(ref _worst, (int)outcome, worst);
            worst = seen == worst ? (int)outcome : seen;
        }

        // A full fence: the last one sees what all others made of the outcome.
        if (Interlocked.Decrement(ref _holders) == 0)
        {
            _onSettled((ItemOutcome)Volatile.Read(ref _worst));
        }
    }
}
