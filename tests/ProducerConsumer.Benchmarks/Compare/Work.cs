using System.Diagnostics;

namespace ProducerConsumer.Benchmarks;

/// <summary>What a handler does with an item besides counting it.</summary>
internal enum WorkKind
{
    None,

    /// <summary>200 ns of computing.</summary>
    Short,

    /// <summary>2 us of computing.</summary>
    Long,

    /// <summary>One suspension, <see cref="Task.Yield"/>.</summary>
    Yield,

    /// <summary>One item in 200 awaits 5 ms.</summary>
    SometimesAwaits,

    /// <summary>One item in 200 blocks its thread for 2 ms.</summary>
    SometimesBlocks,
}

/// <summary>The one handler that all contestants call.</summary>
internal static class Work<T>
    where T : IItem<T>
{
    public static Func<T, CancellationToken, ValueTask> Handler(WorkKind kind)
    {
        int shortRounds = Spinner.RoundsFor(0.2e-6);
        int longRounds = Spinner.RoundsFor(2e-6);
        return kind switch
        {
            WorkKind.None => static (item, _) =>
            {
                Tally.Add(item.Id);
                return default;
            }
            ,
            WorkKind.Short => (item, _) => Compute(item, shortRounds),
            WorkKind.Long => (item, _) => Compute(item, longRounds),
            WorkKind.Yield => static async (item, _) =>
            {
                Tally.Add(item.Id);
                await Task.Yield();
            }
            ,
            WorkKind.SometimesAwaits => static (item, _) =>
            {
                Tally.Add(item.Id);
                return IsSlow(item.Id) ? new ValueTask(Task.Delay(5, CancellationToken.None)) : default;
            }
            ,
            WorkKind.SometimesBlocks => static (item, _) =>
            {
                Tally.Add(item.Id);
                if (IsSlow(item.Id))
                {
                    Thread.Sleep(2);
                }

                return default;
            }
            ,
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };
    }

    /// <summary>One item of each 200, at another place each time: else one of several loops that share the items would get them all.</summary>
    private static bool IsSlow(long id) => (id + (id / 200)) % 200 == 0;

    private static ValueTask Compute(T item, int rounds)
    {
        Spinner.Spin(item.Id, rounds);
        Tally.Add(item.Id);
        return default;
    }
}

/// <summary>Computes for a given time, without reading a clock.</summary>
internal static class Spinner
{
    private static readonly double SecondsPerRound = Calibrate();
    private static long sink;

    public static int RoundsFor(double seconds) => (int)(seconds / SecondsPerRound);

    public static void Spin(long seed, int rounds)
    {
        long value = seed | 1;
        for (int i = 0; i < rounds; i++)
        {
            value = (value * 6364136223846793005) + 1442695040888963407;
        }

        if (value == 0)
        {
            sink = value;
        }
    }

    /// <summary>The fastest of many tries: the others were interrupted.</summary>
    private static double Calibrate()
    {
        const int Rounds = 200_000;
        double best = double.MaxValue;
        for (int i = 0; i < 200; i++)
        {
            long start = Stopwatch.GetTimestamp();
            Spin(i, Rounds);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds / Rounds);
        }

        return best;
    }
}
