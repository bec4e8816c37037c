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

    /// <summary>Continues where the explorer continues everything; nowhere when it has ended the schedule.</summary>
    public static void PostToExplorer(Action continuation)
    {
        using (Framework.ExecutionContext.SuppressFlow())
        {
            Framework.SynchronizationContext.Current?.Post(static state => ((Action)state!)(), continuation);
        }
    }
}
