using System.Runtime.InteropServices;

namespace ProducerConsumer.Benchmarks;

/// <summary>
/// Counts what the handlers got, one cell per thread, so that checking a run costs it no shared cache line. A run is
/// right when the count and a mixed sum of the ids are those of what was produced.
/// </summary>
internal static class Tally
{
    private static readonly List<Cell> Cells = [];

    [ThreadStatic]
    private static Cell? own;

    public static void Add(long id)
    {
        Cell cell = own ?? Register();
        cell.Count++;
        cell.Sum += Mix(id);
    }

    public static long Mix(long id)
    {
        ulong mixed = (ulong)id * 0x9E3779B97F4A7C15;
        return (long)(mixed ^ (mixed >> 29));
    }

    /// <summary>Reads and clears all cells. Nobody may be counting.</summary>
    private static (long Count, long Sum) Take()
    {
        lock (Cells)
        {
            (long Count, long Sum) total = (0, 0);
            foreach (Cell cell in Cells)
            {
                total = (total.Count + cell.Count, total.Sum + cell.Sum);
                cell.Count = 0;
                cell.Sum = 0;
            }

            return total;
        }
    }

    /// <summary>The sum that the ids of the first items have to give.</summary>
    public static long SumOf<T>(long items)
        where T : IItem<T>
    {
        long sum = 0;
        for (long number = 0; number < items; number++)
        {
            sum += Mix(T.Create(number).Id);
        }

        return sum;
    }

    /// <summary>Refuses a run in which an item was lost, doubled or changed.</summary>
    public static void Check(string name, long items, long sum)
    {
        (long handled, long handledSum) = Take();
        if (handled != items || handledSum != sum)
        {
            throw new InvalidOperationException($"{name} handled {handled} of {items} items, or not the right ones.");
        }
    }

    /// <summary>Forgets a run that failed. Nobody may be counting.</summary>
    public static void Clear() => Take();

    private static Cell Register()
    {
        lock (Cells)
        {
            Cells.Add(own = new Cell());
            return own;
        }
    }

    /// <summary>Alone in its cache lines.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 192)]
    private sealed class Cell
    {
        [FieldOffset(64)]
        public long Count;

        [FieldOffset(72)]
        public long Sum;
    }
}
