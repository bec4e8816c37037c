using ProducerConsumer.Tests;

namespace ProducerConsumer.Samples.Tests;

public sealed class QuickStartCancellationTests
{
    private const int Seed = 1;

    [GuardedTheory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(19)]
    public async Task Run_CanceledInTheMiddle_EndsWithItsReport(int items)
    {
        using CancellationTokenSource stop = new();
        QuickStartSession session = QuickStartSession.Start(Seed, maxSeconds: 10, stop.Token);
        await session.PlayAsync(items);
        QuickStartClock.Sleep[] sleeping = [.. session.Clock.CopySleeps().Where(sleep => sleep.IsArmed)];

        await stop.CancelAsync();
        int exitCode = await session.Program;

        exitCode.Should().Be(130);
        sleeping.Should().NotBeEmpty();
        session.Clock.Armed.Should().Be(0, "everybody was woken up");
        session.Printed.Should().HaveCount(items, "nothing is finished after the stop");
        string[] closing =
            [.. session.Screen.Lines.Select(line => line.Text).Where(text => !text.StartsWith("Consumer got: ", StringComparison.Ordinal))];
        closing.Should().HaveCount(6);
        closing[..3].Should().Equal(">producer_manager done.", ">consumer_manager done.", ">main done.");
        closing[3].Should().StartWith("Pipeline 'pipeline': Canceled after ");
        closing[5].Should().Contain($" = {items} completed + 0 failed + 0 dead-lettered + 0 dropped + ").And.EndWith(" + 0 in flight");
    }

    [GuardedFact]
    public async Task Run_CanceledBeforeTheStart_StartsNothing()
    {
        QuickStartSession session = QuickStartSession.Start(Seed, maxSeconds: 10, new CancellationToken(canceled: true));

        int exitCode = await session.Program;

        exitCode.Should().Be(130);
        session.Clock.MostProducersAsleep.Should().BeLessThanOrEqualTo(1, "only the limit of the abort is on the clock");
        session.Clock.Armed.Should().Be(0);
        session.Screen.Lines.Select(line => line.Text).Should().Equal(
            ">producer_manager done.",
            ">consumer_manager done.",
            ">main done.",
            "Pipeline 'pipeline': Canceled after 0.000 s",
            "  producers: 0 emitted",
            "  consumers: 0 accepted = 0 completed + 0 failed + 0 dead-lettered + 0 dropped + 0 undelivered + 0 in flight");
    }
}
