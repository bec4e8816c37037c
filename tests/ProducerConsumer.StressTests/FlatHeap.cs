namespace ProducerConsumer.StressTests;

/// <summary>Compares the heap before and after many waits.</summary>
internal static class FlatHeap
{
    public const int Waits = 100_000;

    /// <summary>Far below what one word per wait would take.</summary>
    private const long Bound = 400_000;

    /// <summary>Does <paramref name="act"/>, which waits so many times, until there have been <see cref="Waits"/>. A cancellation is an end of a wait like any other.</summary>
    public static async Task ShouldStayFlatAsync(Func<Task> act, int waitsPerAct = 1)
    {
        int acts = Waits / waitsPerAct;
        for (int i = 0; i < acts / 5; i++)
        {
            await Quietly(act());
        }

        long before = GC.GetTotalMemory(forceFullCollection: true);
        for (int i = 0; i < acts; i++)
        {
            await Quietly(act());
        }

        long growth = GC.GetTotalMemory(forceFullCollection: true) - before;
        StressRun.Print($"{Waits} waits: {growth} bytes.");
        growth.Should().BeLessThan(Bound);
    }

    private static async Task Quietly(Task task) => await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
