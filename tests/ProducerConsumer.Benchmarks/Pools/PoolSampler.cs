using System.Diagnostics;

namespace ProducerConsumer.Benchmarks;

/// <summary>Starts and stops idle consumers. A sample has the seconds of both, and as its bytes what one consumer holds between.</summary>
internal sealed class PoolSampler(HandOff handOff, int consumers) : Sampler(handOff.Name, handOff.Role)
{
    public override async Task WarmUpAsync(Pace pace)
    {
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < pace.WarmUp)
        {
            await TakeAsync();
        }
    }

    public override async Task<Sample> TakeAsync()
    {
        await Task.Yield(); // The stack below belongs to the end of another row, and keeps its consumers alive.
        Receiver receiver = new();
        long before = HeldBytes();
        Meter meter = Meter.Start();
        OpenHandOff open = handOff.Open(consumers, receiver);
        if (handOff.OnDemand)
        {
            await receiver.MeetAsync(consumers, open.WriteAsync);
        }

        Sample start = meter.Stop();
        await Task.Delay(TimeSpan.FromMilliseconds(50)); // The last consumers are on their way back to their places.
        double bytes = HeldBytes() - before;
        await CheckAsync(open, receiver);
        meter = Meter.Start();
        await open.CloseAsync();
        Sample stop = meter.Stop();
        return new Sample(start.Seconds + stop.Seconds, start.CpuSeconds + stop.CpuSeconds, bytes / consumers);
    }

    private static long HeldBytes()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        return GC.GetTotalMemory(forceFullCollection: false);
    }

    /// <summary>The consumers are there: one of them handles an item.</summary>
    private async Task CheckAsync(OpenHandOff open, Receiver receiver)
    {
        receiver.Expect();
        await open.WriteAsync(ValueItem.Create(1));
        await receiver.HandledAsync();
        Tally.Check(Name, 1, Tally.Mix(1));
    }
}
