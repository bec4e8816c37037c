using System.Diagnostics;

namespace ProducerConsumer.Benchmarks;

/// <summary>What the process used since the meter was started.</summary>
internal readonly struct Meter
{
    private readonly long _bytes;
    private readonly TimeSpan _cpu;
    private readonly long _start;

    private Meter(long bytes, TimeSpan cpu, long start) => (_bytes, _cpu, _start) = (bytes, cpu, start);

    /// <summary>The clock comes last here and first in <see cref="Stop"/>, since the others are slow to read.</summary>
    public static Meter Start() =>
        new(GC.GetTotalAllocatedBytes(precise: true), Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());

    public Sample Stop()
    {
        double seconds = Stopwatch.GetElapsedTime(_start).TotalSeconds;
        double cpuSeconds = (Environment.CpuUsage.TotalTime - _cpu).TotalSeconds;
        return new Sample(seconds, cpuSeconds, GC.GetTotalAllocatedBytes(precise: true) - _bytes);
    }
}
