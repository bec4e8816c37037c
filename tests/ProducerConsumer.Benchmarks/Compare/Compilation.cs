using System.Diagnostics;
using System.Runtime;

namespace ProducerConsumer.Benchmarks;

/// <summary>
/// Watches whether code is still on its way to its last tier. It gets there when it was called often and nothing new has
/// been compiled for a while, which takes longer the more code a row has.
/// </summary>
internal sealed class Compilation
{
    /// <summary>What is compiled again waits for 100 ms in which nothing is compiled for the first time.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(300);

    private readonly long _start = Stopwatch.GetTimestamp();
    private long _lastChange = Stopwatch.GetTimestamp();
    private long _methods;

    /// <summary>
    /// Whether the warm-up is over: nothing was compiled lately, or it took as long as it may. To be asked after each run.
    /// </summary>
    public bool IsDone(Pace pace)
    {
        long methods = JitInfo.GetCompiledMethodCount(currentThread: false);
        if (methods != _methods)
        {
            _methods = methods;
            _lastChange = Stopwatch.GetTimestamp();
        }

        TimeSpan elapsed = Stopwatch.GetElapsedTime(_start);
        return elapsed > pace.WarmUp && (Stopwatch.GetElapsedTime(_lastChange) > Quiet || elapsed > pace.MaxWarmUp);
    }
}
