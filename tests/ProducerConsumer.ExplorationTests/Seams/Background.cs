using Microsoft.Coyote.Random;
using Microsoft.Coyote.Runtime;

namespace ProducerConsumer;

/// <summary>The start of work as the explorer can see it, which decides when it goes on.</summary>
internal static class Background
{
    /// <summary>Which queue does not matter: every order of what is queued is explored anyway.</summary>
    public static void Start(IThreadPoolWorkItem workItem, bool local) => SynchronizationContext.PostToExplorer(workItem.Execute);

    /// <summary>The thread may do other things for ever, and nobody else be free.</summary>
    public static void StartNear(IThreadPoolWorkItem workItem)
    {
        if (Generator.Create().NextBoolean())
        {
            Start(workItem, local: true);
        }
    }

    /// <summary>A thread is one more that the explorer has go on.</summary>
    public static void StartThread(string name, Action run) => SynchronizationContext.PostToExplorer(run);

    public static Timer CreateTimer(Action callback) => new(callback);

    /// <summary>There is nothing to spin for: the explorer has others go on instead.</summary>
    public static void BackOff(int round) => SchedulingPoint.Yield();

    /// <summary>As for <see cref="Start"/>.</summary>
    public static void Requeue(Action continuation, bool local) => SynchronizationContext.PostToExplorer(continuation);
}
