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

    /// <summary>
    /// Whether one did not end. In a schedule that has failed that is nothing: its threads are unwound, and one may wait for
    /// what another would have done.
    /// </summary>
    public bool AreStuck { get; private set; }

    /// <summary>Waits until all have ended, or one does not.</summary>
    public void Join()
    {
        FieldInfo? threads = _runtime?.GetType().GetField("ThreadPool", BindingFlags.Instance | BindingFlags.NonPublic);
        if (threads?.GetValue(_runtime) is not ConcurrentDictionary<ulong, Thread> pool)
        {
            throw new NotSupportedException("This version of Coyote keeps its threads somewhere else.");
        }

        // One that unwinds can start another, which unwinds what awaits it.
        while (!AreStuck && pool.Values.FirstOrDefault(thread => thread.IsAlive) is { } alive)
        {
            AreStuck = !alive.Join(Patience);
        }
    }
}
