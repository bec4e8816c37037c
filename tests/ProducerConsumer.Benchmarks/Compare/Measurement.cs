using System.Diagnostics;

namespace ProducerConsumer.Benchmarks;

/// <summary>The medians of one contestant in one scenario.</summary>
internal sealed record Measured(string Name, Role Role, double ItemsPerSecond, double CpuNanoseconds, double Bytes);

/// <summary>How long and how often is measured.</summary>
internal sealed record Pace(TimeSpan WarmUp, TimeSpan Slice, int Rounds)
{
    public static Pace Full { get; } = new(TimeSpan.FromSeconds(0.8), TimeSpan.FromMilliseconds(80), Rounds: 9);

    public static Pace Quick { get; } = new(TimeSpan.FromSeconds(0.25), TimeSpan.FromMilliseconds(40), Rounds: 5);
}

/// <summary>
/// Measures contestants in turn, slice by slice in one process: shared machines change their speed within minutes, so
/// only what ran side by side can be compared. A slice is one whole run, and every run is checked.
/// </summary>
internal static class Measurement
{
    public static async Task<IReadOnlyList<Measured>> RunAsync<T>(
        Setting setting, IReadOnlyList<Contestant<T>> contestants, Pace pace)
        where T : IItem<T>
    {
        Func<T, CancellationToken, ValueTask> handler = Work<T>.Handler(setting.Work);
        long[] items = new long[contestants.Count];
        for (int i = 0; i < contestants.Count; i++)
        {
            items[i] = await WarmUpAsync(setting, contestants[i], handler, pace).ConfigureAwait(false);
        }

        List<Sample>[] samples = [.. contestants.Select(_ => new List<Sample>())];
        for (int round = 0; round < pace.Rounds; round++)
        {
            for (int turn = 0; turn < contestants.Count; turn++)
            {
                int i = (turn + round) % contestants.Count;
                samples[i].Add(await SampleAsync(setting, contestants[i], handler, items[i]).ConfigureAwait(false));
            }
        }

        return
        [
            .. contestants.Select((contestant, i) => new Measured(
                contestant.Name,
                contestant.Role,
                Median(samples[i].Select(sample => sample.Items / sample.Seconds)),
                Median(samples[i].Select(sample => sample.CpuSeconds * 1e9 / sample.Items)),
                Median(samples[i].Select(sample => (double)sample.Bytes / sample.Items)))),
        ];
    }

    /// <summary>Repeated short runs, since one long loop stays where it was compiled first; returns the items of one slice.</summary>
    private static async Task<long> WarmUpAsync<T>(
        Setting setting, Contestant<T> contestant, Func<T, CancellationToken, ValueTask> handler, Pace pace)
        where T : IItem<T>
    {
        long items = 2_000;
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            Sample sample = await SampleAsync(setting, contestant, handler, items).ConfigureAwait(false);
            bool warm = Stopwatch.GetElapsedTime(start) > pace.WarmUp;
            if (warm && sample.Seconds >= pace.Slice.TotalSeconds / 2)
            {
                return Math.Max(1_000, (long)(items * pace.Slice.TotalSeconds / sample.Seconds));
            }

            if (sample.Seconds < pace.Slice.TotalSeconds / (warm ? 1.5 : 8))
            {
                items *= 2;
            }
        }
    }

    private static async Task<Sample> SampleAsync<T>(
        Setting setting, Contestant<T> contestant, Func<T, CancellationToken, ValueTask> handler, long items)
        where T : IItem<T>
    {
        long bytes = GC.GetTotalAllocatedBytes(precise: true);
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        await contestant.Run(setting, items, handler).ConfigureAwait(false);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        double cpuSeconds = (Environment.CpuUsage.TotalTime - cpu).TotalSeconds;
        bytes = GC.GetTotalAllocatedBytes(precise: true) - bytes;
        Check<T>(contestant.Name, items);
        return new Sample(items, seconds, cpuSeconds, bytes);
    }

    private static void Check<T>(string name, long items)
        where T : IItem<T>
    {
        long expected = 0;
        for (long number = 0; number < items; number++)
        {
            expected += Tally.Mix(T.Create(number).Id);
        }

        (long count, long sum) = Tally.Take();
        if (count != items || sum != expected)
        {
            throw new InvalidOperationException($"{name} handled {count} of {items} items, or not the right ones.");
        }
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }

    private sealed record Sample(long Items, double Seconds, double CpuSeconds, long Bytes);
}
