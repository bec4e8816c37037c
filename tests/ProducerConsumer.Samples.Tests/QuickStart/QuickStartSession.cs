using System.Globalization;

namespace ProducerConsumer.Samples.Tests;

/// <summary>
/// One run of the program under a clock that moves only when everybody sleeps who should, and then to the next moment at
/// which somebody wakes up. So the run does not depend on the threads that it happens to get.
/// </summary>
/// <remarks>
/// Which of two items is taken first is observed and not computed: a producer that wakes up may be slow to write. All
/// else follows from that order.
/// </remarks>
internal sealed class QuickStartSession
{
    private const string Got = "Consumer got: ";
    private readonly AsyncGate _changes = new();
    private readonly QuickStartModel _model;

    private QuickStartSession(int seed, double maxSeconds, Func<QuickStartSession, Random, Task<int>> start)
    {
        Random random = new(seed);
        Values = [.. Enumerable.Range(0, QuickStartModel.Producers).Select(_ => random.NextDouble() * maxSeconds)];
        _model = new QuickStartModel([.. Values.Select(SleepOf)]);
        Clock = new QuickStartClock(_changes);
        Screen = new QuickStartScreen(_changes, Clock);
        Program = start(this, new Random(seed));
    }

    /// <summary>The items that the program makes, in no order.</summary>
    public double[] Values { get; }

    public QuickStartClock Clock { get; }

    public QuickStartScreen Screen { get; }

    /// <summary>The program, with its exit code.</summary>
    public Task<int> Program { get; }

    /// <summary>When the last producer writes.</summary>
    public TimeSpan LastArrival => _model.LastArrival;

    /// <summary>The sleeps of the consumers so far, in the order in which they began.</summary>
    public QuickStartClock.Sleep[] Taken => Clock.CopySleeps()[QuickStartModel.Producers..];

    /// <summary>The items that were printed so far, with their times.</summary>
    public (double Value, TimeSpan Time)[] Printed =>
        [.. Screen.Lines.Where(line => line.Text.StartsWith(Got, StringComparison.Ordinal)).Select(line =>
            (double.Parse(line.Text[Got.Length..], CultureInfo.InvariantCulture), line.Time))];

    public static QuickStartSession Start(int seed, double maxSeconds, CancellationToken cancellationToken = default) =>
        new(seed, maxSeconds, (session, random) => QuickStart.RunAsync(
            maxSeconds, session.Screen, session.Clock, random, cancellationToken));

    /// <summary>How long a delay on a clock of that many seconds really is: delays end on whole milliseconds.</summary>
    public static TimeSpan SleepOf(double seconds) =>
        TimeSpan.FromMilliseconds((long)TimeSpan.FromSeconds(seconds).TotalMilliseconds);

    /// <summary>Lets the program run until so many items are printed; all of them by default.</summary>
    public async Task PlayAsync(int items = QuickStartModel.Producers)
    {
        Values.Min(SleepOf).Should().BePositive("the seed is to give no item that needs no sleep");
        await _changes.WaitAsync(() => Clock.Armed == QuickStartModel.Producers, Program);
        Clock.CopySleeps().Select(sleep => sleep.Duration).Should().BeEquivalentTo(Values.Select(SleepOf));
        while (Printed.Length < items)
        {
            TimeSpan next = _model.NextAfter(Clock.Elapsed, Durations(Taken));
            Clock.NextWake.Should().Be(next);
            TimeSpan[] before = Durations(Taken);
            Clock.Advance(next - Clock.Elapsed);
            QuickStartModel.Moment expected = _model.At(next, before);
            await _changes.WaitAsync(() => IsAsExpected(expected), Program);
        }
    }

    private static TimeSpan[] Durations(QuickStartClock.Sleep[] sleeps) => [.. sleeps.Select(sleep => sleep.Duration)];

    /// <summary>Whether everything has happened that the new time makes due, also what it makes the program print.</summary>
    private bool IsAsExpected(QuickStartModel.Moment expected)
    {
        int armed = Clock.Armed;
        int printed = Printed.Length;

        // Too few may still become enough; too many will not become fewer.
        armed.Should().BeLessThanOrEqualTo(expected.Asleep);
        printed.Should().BeLessThanOrEqualTo(expected.Finished);
        return armed == expected.Asleep
            && printed == expected.Finished
            && (expected.ProducersAsleep > 0 || Screen.Lines.Any(line => line.Text == ">producer_manager done."));
    }
}
