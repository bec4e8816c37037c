using CsCheck;
using ProducerConsumer.Tests;

namespace ProducerConsumer.StressTests;

/// <summary>The channel against its model: one history at a time, and in parallel.</summary>
public sealed class ChannelModelTests
{
    [GuardedFact]
    public async Task History_RandomSteps_LooksLikeTheModelAfterEachOfThem() => await StressRun.OnThread(() =>
        Gen.Select(Gen.Int[1, 4], ChannelStep.Any.Array[1, 60]).Sample(
            (capacity, steps) =>
            {
                ChannelUnderTest channel = new(capacity);
                ChannelModel model = new(capacity);
                foreach (ChannelStep step in steps)
                {
                    channel.Apply(step);
                    model.Apply(step);
                    channel.Describe().Should().Be(model.Describe(), "the last step was {0}", step);
                }
            },
            writeLine: StressRun.Print,
            iter: StressRun.Scaled(4_000)));

    [GuardedFact]
    public async Task History_ParallelSteps_LooksLikeSomeOrderOfThem() => await StressRun.OnThread(() =>
        Gen.Int[1, 3].Select(capacity => (new ChannelUnderTest(capacity), new ChannelModel(capacity))).SampleParallel(
            ChannelStep.Atomic.Operation<ChannelUnderTest, ChannelModel>(
                step => $"{step}",
                (channel, step) => channel.Apply(step),
                (model, step) => model.Apply(step)),
            equal: (channel, model) => channel.Describe() == model.Describe(),
            printActual: channel => channel.Describe(),
            printModel: model => model.Describe(),
            writeLine: StressRun.Print,
            iter: StressRun.Scaled(2_000)));
}
