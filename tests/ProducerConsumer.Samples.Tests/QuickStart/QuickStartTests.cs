using System.Globalization;
using ProducerConsumer.Tests;

namespace ProducerConsumer.Samples.Tests;

public sealed class QuickStartTests
{
    public static MatrixTheoryData<int, double> Runs => new([1, 2, 3, 4, 5, 6, 7, 8], [1.0, 10.0]);

    [GuardedTheory]
    [MemberData(nameof(Runs))]
    public async Task Run_FakeClock_FollowsTheModel(int seed, double maxSeconds)
    {
        QuickStartSession session = QuickStartSession.Start(seed, maxSeconds);

        await session.PlayAsync();
        int exitCode = await session.Program;

        exitCode.Should().Be(0);
        QuickStartClock.Sleep[] taken = session.Taken;
        List<QuickStartModel.Job> plan = QuickStartModel.Plan(taken.Select(sleep => sleep.Duration));
        taken.Select(sleep => sleep.Begin).Should().Equal(plan.Select(job => job.Begin));
        TimeSpan makespan = plan.Max(job => job.End);
        session.Clock.Elapsed.Should().Be(makespan);
        session.Printed.Select(item => item.Value).Should().BeEquivalentTo(session.Values);

        // Which of two items comes first that end at the same moment is left open.
        session.Printed.Select(item => item.Time).Should().BeInAscendingOrder();
        session.Printed.Select(item => (item.Time, QuickStartSession.SleepOf(item.Value))).Order()
            .Should().Equal(plan.Select(job => (job.End, job.Sleep)).Order());
        session.Clock.Armed.Should().Be(0);
    }

    [GuardedTheory]
    [MemberData(nameof(Runs))]
    public async Task Run_ToItsEnd_ClosesWithTheManagersTheMainAndTheReport(int seed, double maxSeconds)
    {
        QuickStartSession session = QuickStartSession.Start(seed, maxSeconds);

        await session.PlayAsync();
        await session.Program;

        TimeSpan end = session.Clock.Elapsed;
        QuickStartScreen.Line[] closing =
            [.. session.Screen.Lines.Where(line => !line.Text.StartsWith("Consumer got: ", StringComparison.Ordinal))];
        string seconds = end.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture);
        closing.Should().Equal(
            new(">producer_manager done.", session.LastArrival),
            new(">consumer_manager done.", end),
            new(">main done.", end),
            new($"Pipeline 'pipeline': Completed after {seconds} s", end),
            new("  producers: 20 emitted", end),
            new("  consumers: 20 accepted = 20 completed + 0 failed + 0 dead-lettered + 0 dropped + 0 undelivered + 0 in flight", end));
        session.Screen.Lines[^5..].Should().Equal(closing[1..], "no item comes after the consumers' end");
    }

    [GuardedTheory]
    [MemberData(nameof(Runs))]
    public async Task Run_AtAnyMoment_HasAtMostTwentyProducersAndFiveConsumersAsleep(int seed, double maxSeconds)
    {
        QuickStartSession session = QuickStartSession.Start(seed, maxSeconds);

        await session.PlayAsync();
        await session.Program;

        session.Clock.MostProducersAsleep.Should().Be(20, "the pool starts all producers at once");
        session.Clock.MostConsumersAsleep.Should().Be(5, "the pool is used up and not exceeded");
    }

    [GuardedFact]
    public async Task Run_UnderAnotherCulture_PrintsInvariantNumbers()
    {
        CultureInfo commas = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        commas.NumberFormat.NumberDecimalSeparator = ",";
        QuickStartSession session = QuickStartSession.Start(seed: 1, maxSeconds: 10);
        session.Clock.SleepersCulture = commas;

        await session.PlayAsync();
        await session.Program;

        session.Screen.Lines.Select(line => line.Text).Should().Contain(session.Values.Select(value =>
            "Consumer got: " + value.ToString(CultureInfo.InvariantCulture)));
    }
}
