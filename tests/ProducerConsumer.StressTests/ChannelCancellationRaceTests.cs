using ProducerConsumer.Tests;

namespace ProducerConsumer.StressTests;

/// <summary>A cancelled wait and a hand-off exclude each other, at every moment at which they can meet.</summary>
public sealed class ChannelCancellationRaceTests
{
    private const int Rounds = 30_000;

    public static TheoryData<Wait, Moment> Races
    {
        get
        {
            TheoryData<Wait, Moment> races = [];
            foreach (Wait wait in Enum.GetValues<Wait>())
            {
                races.Add(wait, Moment.Parked);
                races.Add(wait, Moment.Starting);
            }

            return races;
        }
    }

    [GuardedTheory]
    [MemberData(nameof(Races))]
    public async Task Wait_CancelledAtItsHandOff_IsEitherHandedOrCancelled(Wait wait, Moment moment)
    {
        HandOffRace race = new(() => new BoundedBuffer<int>(1), wait, moment, StressRun.CreateRandom());
        int rounds = Math.Max(Rounds, StressRun.Scaled(Rounds));
        RaceTally tally = await race.RunAsync(rounds);
        StressRun.Print($"{wait}, {moment}: {tally}");
        (tally.Handed + tally.Cancelled).Should().Be(rounds, "{0}", tally);
    }
}
