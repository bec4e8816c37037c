using System.Diagnostics;

namespace ProducerConsumer.Benchmarks;

/// <summary>
/// Measures the time from the write of one item to the call of its handler. A sample has the median of its slice as its
/// seconds, and as its cost all that a hand-off causes until the consumers are idle again.
/// </summary>
internal sealed class HandOffSampler(HandOff handOff, int consumers) : Sampler(handOff.Name, handOff.Role)
{
    /// <summary>
    /// Between two hand-offs. The writer would otherwise be faster than a consumer that goes to wait, and the next item
    /// would meet one that never was idle; and those that were woken for nothing need the time to wait again.
    /// </summary>
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(1);

    private readonly Receiver _receiver = new();
    private long[] _times = [];
    private long _sum;
    private OpenHandOff? _open;

    public override async Task WarmUpAsync(Pace pace)
    {
        _open = handOff.Open(consumers, _receiver);
        if (handOff.OnDemand)
        {
            await _receiver.MeetAsync(consumers, _open.WriteAsync);
        }

        // The last consumers are still on their way back to their places.
        await Task.Delay(TimeSpan.FromMilliseconds(100));
        _times = new long[(int)(pace.Slice / Rest)];
        _sum = Tally.SumOf<ValueItem>(_times.Length);
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < pace.WarmUp)
        {
            await TakeAsync();
        }
    }

    public override async Task<Sample> TakeAsync()
    {
        await Task.Yield(); // The first wait moves this method to the heap, which is no part of a hand-off.
        Meter meter = Meter.Start();
        for (int i = 0; i < _times.Length; i++)
        {
            _receiver.Expect();
            long written = Stopwatch.GetTimestamp();
            await _open!.WriteAsync(ValueItem.Create(i));
            await _receiver.HandledAsync();
            _times[i] = _receiver.HandledAt - written;
            Thread.Sleep(Rest); // A timer would rest four times as long.
        }

        Sample run = meter.Stop();
        Tally.Check(Name, _times.Length, _sum);
        Array.Sort(_times);
        return new Sample(
            _times[_times.Length / 2] / (double)Stopwatch.Frequency,
            run.CpuSeconds / _times.Length,
            run.Bytes / _times.Length);
    }

    public override async ValueTask DisposeAsync()
    {
        if (_open is not null)
        {
            await _open.CloseAsync();
        }

        await base.DisposeAsync();
    }
}
