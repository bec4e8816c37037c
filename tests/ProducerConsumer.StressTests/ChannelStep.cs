using CsCheck;

namespace ProducerConsumer.StressTests;

/// <summary>What a step of a random history does.</summary>
internal enum Act
{
    TryWrite,
    TryRead,
    Read,
    WaitToRead,
    Write,
    WaitToWrite,
    Deliver,
    Cancel,
    Complete,
    Fail,
    Close,
    CloseFaulted,
}

/// <param name="Act">What it does.</param>
/// <param name="Key">The item it writes and the name of what it began; a cancellation picks one of the waits begun so far by it.</param>
internal readonly record struct ChannelStep(Act Act, int Key)
{
    /// <summary>Everything, also what cannot be one atomic step.</summary>
    public static Gen<ChannelStep> Any { get; } = Gen.Select(
        Gen.Frequency(
            (50, Of(Act.TryWrite, Act.TryRead, Act.Read, Act.WaitToRead, Act.Write, Act.WaitToWrite, Act.Deliver)),
            (15, Of(Act.Cancel)),
            (2, Of(Act.Complete, Act.Fail)),
            (1, Of(Act.Close, Act.CloseFaulted))),
        Gen.Int[0, 1_000_000],
        (act, key) => new ChannelStep(act, key));

    /// <summary>The steps that take effect at one instant each.</summary>
    public static Gen<ChannelStep> Atomic { get; } = Gen.Select(
        Gen.Frequency(
            (20, Of(Act.TryWrite, Act.TryRead)),
            (10, Of(Act.Read, Act.WaitToRead, Act.Write, Act.WaitToWrite, Act.Deliver)),
            (2, Of(Act.Complete, Act.Fail)),
            (2, Of(Act.Close, Act.CloseFaulted))),
        Gen.Int[0, 1_000_000],
        (act, key) => new ChannelStep(act, key));

    private static Gen<Act> Of(params Act[] acts) => Gen.Int[0, acts.Length - 1].Select(i => acts[i]);
}
