using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.Coyote.Rewriting;
using Microsoft.Coyote.Runtime;

namespace ProducerConsumer.ExplorationTests;

/// <summary>
/// The threads that a schedule leaves when it ends. The explorer interrupts them and goes on with the next schedule at
/// once, and what they still unwind would meet a runtime that is gone, and end as an unhandled exception.
/// </summary>
[SkipRewriting("Runs between two schedules.")]
internal sealed class LeftThreads
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>The runtime of the schedule that runs; null before the first.</summary>
    private ICoyoteRuntime? _runtime;

    public Task WatchAsync(Func<Task> scenario)
    {
        _runtime = RuntimeProvider.Current;
        return scenario();
    }

    /// <summary>Waits until all have ended.</summary>
    public void Join()
    {
        FieldInfo? threads = _runtime?.GetType().GetField("ThreadPool", BindingFlags.Instance | BindingFlags.NonPublic);
        if (threads?.GetValue(_runtime) is not ConcurrentDictionary<ulong, Thread> pool)
        {
            throw new NotSupportedException("This version of Coyote keeps its threads somewhere else.");
        }

        // One that unwinds can start another, which unwinds what awaits it.
        while (pool.Values.FirstOrDefault(thread => thread.IsAlive) is { } alive)
        {
            if (!alive.Join(Patience))
            {
                throw new InvalidOperationException("A thread of the schedule does not end.");
            }
        }
    }
}
