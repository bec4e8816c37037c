using System.Threading.Channels;
using ProducerConsumer.Tests;

namespace ProducerConsumer.StressTests;

/// <summary>
/// Why the library has a channel of its own: the same stress on the in-box one (dotnet/runtime issues 131141 and
/// 132094). It prints its figures and fails on none of them; a later runtime may have none left.
/// </summary>
public sealed class InBoxChannelReport
{
    private const int Items = 2_000_000;

    /// <summary>The only use of the real clock here: nothing else can end a channel that hangs.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    [GuardedTheory]
    [MemberData(nameof(ChannelCancellationRaceTests.Races), MemberType = typeof(ChannelCancellationRaceTests))]
    public async Task Race_OnTheInBoxChannel_IsReported(Wait wait, Moment moment)
    {
        int rounds = StressRun.Scaled(10_000);
        HandOffRace race = new(() => Channel.CreateBounded<int>(1), wait, moment, StressRun.CreateRandom());
        RaceTally tally = await race.RunAsync(rounds);
        StressRun.Print($"In-box channel, {wait}, {moment}: {tally}");
        (tally.Handed + tally.Cancelled + tally.Both + tally.Neither + tally.Waiting + tally.Crashed)
            .Should().Be(rounds, "every round is in one column of the report");
    }

    [GuardedTheory]
    [InlineData(Cancelled.Reads)]
    [InlineData(Cancelled.Watches)]
    [InlineData(Cancelled.Writes)]
    public async Task Traffic_OnTheInBoxChannel_IsReported(Cancelled cancelled)
    {
        int items = StressRun.Scaled(Items);
        ChannelTraffic traffic = new(Channel.CreateBounded<int>(16), cancelled, items);
        Task<TrafficReport> run = traffic.RunAsync();
        bool ended = await Task.WhenAny(run, Task.Delay(s_patience * Math.Max(1, StressRun.Scale))) == run;
        if (!ended)
        {
            traffic.Stop();
        }

        TrafficReport report = traffic.Report();
        StressRun.Print($"In-box channel, {cancelled} cancelled: {(ended ? "ended" : "did not end")}, {report}");
        report.Delivered.Should().BePositive("a report on nothing says nothing");
    }
}
