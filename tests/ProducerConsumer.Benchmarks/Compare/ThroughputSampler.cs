using System.Diagnostics;

namespace ProducerConsumer.Benchmarks;

/// <summary>Measures items per second; a slice is one whole run.</summary>
internal sealed class ThroughputSampler<T>(Setting setting, Contestant<T> contestant) : Sampler(contestant.Name, contestant.Role)
    where T : IItem<T>
{
    private readonly Func<T, CancellationToken, ValueTask> _handler = Work<T>.Handler(setting.Work);
    private long _items = 2_000;

    /// <summary>The sum that the ids of a slice have to give; computed once, since all slices are alike.</summary>
    private long _sum;

    public override async Task WarmUpAsync(Pace pace)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            _sum = Tally.SumOf<T>(_items);
            double seconds = (await TakeAsync()).Seconds * _items;
            bool warm = Stopwatch.GetElapsedTime(start) > pace.WarmUp;
            if (warm && seconds >= pace.Slice.TotalSeconds / 2)
            {
                _items = Math.Max(1_000, (long)(_items * pace.Slice.TotalSeconds / seconds));
                _sum = Tally.SumOf<T>(_items);
                return;
            }

            if (seconds < pace.Slice.TotalSeconds / (warm ? 1.5 : 8))
            {
                _items *= 2;
            }
        }
    }

    public override async Task<Sample> TakeAsync()
    {
        Meter meter = Meter.Start();
        await contestant.Run(setting, _items, _handler);
        Sample run = meter.Stop();
        Tally.Check(Name, _items, _sum);
        return new Sample(run.Seconds / _items, run.CpuSeconds / _items, run.Bytes / _items);
    }
}
