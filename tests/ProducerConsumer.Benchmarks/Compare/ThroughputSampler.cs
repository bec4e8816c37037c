namespace ProducerConsumer.Benchmarks;

/// <summary>Measures items per second; a slice is one whole run.</summary>
internal sealed class ThroughputSampler<T>(Setting setting, Contestant<T> contestant) : Sampler(contestant.Name, contestant.Role)
    where T : IItem<T>
{
    private const int MaxRepeats = 2;

    private readonly Func<T, CancellationToken, ValueTask> _handler = Work<T>.Handler(setting.Work);
    private long _items = 2_000;

    /// <summary>The sum that the ids of a slice have to give; computed once, since all slices are alike.</summary>
    private long _sum;

    /// <summary>A shorter run and the bytes that it took.</summary>
    private (long Items, double Bytes) _startUp;

    public override async Task WarmUpAsync(Pace pace)
    {
        Compilation compilation = new();
        while (true)
        {
            _sum = Tally.SumOf<T>(_items);
            double seconds = (await TakeAsync()).Seconds * _items;
            bool warm = compilation.IsDone(pace);
            if (warm && seconds >= pace.Slice.TotalSeconds / 2)
            {
                await PrepareAsync(Math.Max(1_000, (long)(_items * pace.Slice.TotalSeconds / seconds)));
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
        Sample run = await RunAsync();
        double bytes = (run.Bytes - _startUp.Bytes) / (_items - _startUp.Items);
        return new Sample(run.Seconds / _items, run.CpuSeconds / _items, Math.Max(0, bytes));
    }

    /// <summary>
    /// A slice makes its own producers and consumers. What that costs is paid once and does not belong to the items, so a
    /// quarter of the items is run as well, and the memory of the others is what the rest costs.
    /// </summary>
    private async Task PrepareAsync(long items)
    {
        _items = items / 4;
        _sum = Tally.SumOf<T>(_items);
        double least = double.MaxValue;
        for (int i = 0; i < 3; i++)
        {
            least = Math.Min(least, (await RunAsync()).Bytes);
        }

        _startUp = (_items, least);
        _items = items;
        _sum = Tally.SumOf<T>(_items);
    }

    private async Task<Sample> RunAsync()
    {
        for (int repeats = 0; ; repeats++)
        {
            GC.Collect(); // Nobody pays for the garbage of the one before.
            GC.WaitForPendingFinalizers();
            Meter meter = Meter.Start();
            try
            {
                await contestant.Run(setting, _items, _handler);
            }
            catch (InvalidOperationException error) when (Role == Role.Peer && repeats < MaxRepeats)
            {
                // BlockingCollection has thrown that it was modified from outside, which it was not. The run is not used.
                Console.Error.WriteLine($"{Name} threw, and is run again: {error.Message}");
                Tally.Clear();
                continue;
            }

            Sample run = meter.Stop();
            Tally.Check(Name, _items, _sum);
            return run;
        }
    }
}
