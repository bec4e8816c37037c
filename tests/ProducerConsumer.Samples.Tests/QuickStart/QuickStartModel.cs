namespace ProducerConsumer.Samples.Tests;

/// <summary>
/// What the program has to do, by list scheduling: each producer writes when its sleep is over, and each item goes, in
/// turn, to the consumer that is free first, which sleeps as long again. An item is known by its sleep, so that its
/// arrival and the work on it are the same number.
/// </summary>
internal sealed class QuickStartModel(IReadOnlyList<TimeSpan> sleeps)
{
    public const int Producers = 20;
    public const int Consumers = 5;

    /// <summary>When the last producer writes.</summary>
    public TimeSpan LastArrival => sleeps.Max();

    /// <summary>The plan for the items in the order in which consumers take them.</summary>
    public static List<Job> Plan(IEnumerable<TimeSpan> taken)
    {
        TimeSpan[] free = new TimeSpan[Consumers];
        List<Job> plan = [];
        foreach (TimeSpan sleep in taken)
        {
            int consumer = Array.IndexOf(free, free.Min());
            TimeSpan begin = sleep > free[consumer] ? sleep : free[consumer];
            free[consumer] = begin + sleep;
            plan.Add(new Job(sleep, begin, free[consumer]));
        }

        return plan;
    }

    /// <summary>How it has to look at a moment, once everything that is due has happened.</summary>
    /// <param name="now">The moment.</param>
    /// <param name="taken">The items that were taken before it, in that order.</param>
    public Moment At(TimeSpan now, IEnumerable<TimeSpan> taken)
    {
        List<Job> plan = Plan(taken);
        int arrived = sleeps.Count(sleep => sleep <= now);
        int finished = plan.Count(job => job.End <= now);
        int busy = Math.Min(Consumers, arrived - finished);
        return new Moment(Producers - arrived, busy, finished);
    }

    /// <summary>When the next producer or consumer wakes up.</summary>
    /// <param name="now">The moment; what is due at it has happened.</param>
    /// <param name="taken">The items that were taken up to it, in that order.</param>
    public TimeSpan NextAfter(TimeSpan now, IEnumerable<TimeSpan> taken) =>
        sleeps.Concat(Plan(taken).Select(job => job.End)).Where(time => time > now).Min();

    /// <summary>The work on one item.</summary>
    internal sealed record Job(TimeSpan Sleep, TimeSpan Begin, TimeSpan End);

    internal sealed record Moment(int ProducersAsleep, int ConsumersAsleep, int Finished)
    {
        public int Asleep => ProducersAsleep + ConsumersAsleep;
    }
}
