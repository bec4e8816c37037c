using Microsoft.Coyote.Rewriting;
using Framework = System.Threading;

namespace ProducerConsumer;

/// <summary>
/// Stands in for the framework's type of this name: the explorer hooks up its own context, which the library must neither
/// see nor remove.
/// </summary>
[SkipRewriting("Calls go through to the explorer's own context.")]
internal abstract class SynchronizationContext
{
    public static SynchronizationContext? Current => null;

    public static void SetSynchronizationContext(SynchronizationContext? context)
    {
        // There is none.
    }

    public abstract void Post(SendOrPostCallback callback, object? state);

    /// <summary>
    /// Runs a piece of work of its own, in a context of its own: it must not see the caller's. Where the explorer runs
    /// everything; nowhere when it has ended the schedule, which must not look like a fault of the caller.
    /// </summary>
    public static void PostToExplorer(Action work)
    {
        try
        {
            using (Framework.ExecutionContext.SuppressFlow())
            {
                Framework.SynchronizationContext.Current?.Post(static state => ((Action)state!)(), work);
            }
        }
        catch (ThreadInterruptedException)
        {
            // The schedule has ended.
        }
    }
}
