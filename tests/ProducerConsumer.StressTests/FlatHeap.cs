namespace ProducerConsumer.StressTests;

/// <summary>Compares the heap before and after many waits.</summary>
internal static class FlatHeap
{
    public const int Waits = 100_000;

    /// <summary>Far below what one word per wait would take.</summary>
    private const long Bound = 400_000;

    /// <summary>The runtime's own caches grow too, above all in the first test of a process, but not time after time.</summary>
    private const int Attempts = 3;

    /// <summary>Does <paramref name="act"/>, which waits so many times, until there have been <see cref="Waits"/>. A cancellation is an end of a wait like any other.</summary>
    public static async Task ShouldStayFlatAsync(Func<Task> act, int waitsPerAct = 1)
    {
        int acts = Waits / waitsPerAct;
        await RepeatAsync(act, acts / 5);
        long growth = long.MaxValue;
        for (int attempt = 0; attempt < Attempts && growth >= Bound; attempt++)
        {
            long before = GC.GetTotalMemory(forceFullCollection: true);
            await RepeatAsync(act, acts);
            growth = GC.GetTotalMemory(forceFullCollection: true) - before;
            StressRun.Print($"{Waits} waits: {growth} bytes.");
        }

        growth.Should().BeLessThan(Bound);
    }

    private static async Task RepeatAsync(Func<Task> act, int times)
    {
        for (int i = 0; i < times; i++)
        {
            await Quietly(act());
        }
    }

    private static async Task Quietly(Task task) => await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
