namespace ProducerConsumer.Tests;

public sealed class CallPaceTests
{
    private const int Limit = 50;

    /// <summary>16 calls within the limit.</summary>
    private static readonly long Quick = Ticks(TimeSpan.FromTicks(5));

    /// <summary>16 calls that take longer, and not long enough to be a stall.</summary>
    private static readonly long Slow = Ticks(TimeSpan.FromMicroseconds(100));

    private static readonly long Stall = Ticks(TimeSpan.FromMilliseconds(1));

    [GuardedFact]
    public async Task IsQuick_OneQuickBatch_IsTrue()
    {
        CallPace pace = new(Limit);
        pace.IsQuick.Should().BeFalse("nothing is known");
        pace.Judge(Quick, calls: 16);
        pace.IsQuick.Should().BeTrue();
        await Task.CompletedTask;
    }

    [GuardedFact]
    public async Task IsQuick_FewCallsOrUnknownTime_SayNothing()
    {
        CallPace pace = new(Limit);
        pace.Judge(Quick, calls: 15);
        pace.Judge(elapsed: 0, calls: 64);
        pace.IsQuick.Should().BeFalse();
        await Task.CompletedTask;
    }

    [GuardedTheory]
    [InlineData(1)]
    [InlineData(16)]
    public async Task IsQuick_TwoSlowBatchesInARow_IsFalse(int calls)
    {
        CallPace pace = new(Limit);
        pace.Judge(Quick, calls: 16);
        pace.Judge(Slow, calls);
        pace.IsQuick.Should().BeTrue("one may have been interrupted");
        pace.Judge(Quick, calls: 16);
        pace.Judge(Slow, calls);
        pace.IsQuick.Should().BeTrue();
        pace.Judge(Slow, calls);
        pace.IsQuick.Should().BeFalse();
        await Task.CompletedTask;
    }

    [GuardedFact]
    public async Task IsQuick_EveryOtherBatchIsSlow_IsFalse()
    {
        CallPace pace = new(Limit);
        for (int i = 0; i < 3; i++)
        {
            pace.Judge(Quick, calls: 16);
            pace.IsQuick.Should().BeTrue();
            pace.Judge(Slow, calls: 16);
            pace.Judge(Quick, calls: 1); // Makes up for nothing.
        }

        pace.IsQuick.Should().BeFalse();
        await Task.CompletedTask;
    }

    [GuardedTheory]
    [InlineData(1)]
    [InlineData(64)]
    public async Task IsQuick_Stall_IsFalseAtOnce(int calls)
    {
        CallPace pace = new(Limit);
        pace.Judge(Quick, calls: 16);
        pace.Judge(Stall, calls);
        pace.IsQuick.Should().BeFalse();
        await Task.CompletedTask;
    }

    [GuardedFact]
    public async Task IsQuick_AfterEachDisappointment_TakesFourTimesAsMany()
    {
        CallPace pace = new(Limit);
        int[] needed = [.. Enumerable.Range(0, 8).Select(_ =>
        {
            int batches = CountToQuick(ref pace);
            pace.Fail();
            pace.Fail(); // It was not quick, so that nobody was disappointed.
            return batches;
        })];
        needed.Should().Equal(1, 4, 16, 64, 256, 1_024, 4_096, 4_096);
        await Task.CompletedTask;
    }

    [GuardedFact]
    public async Task IsQuick_LongWithoutDisappointment_IsTrusted()
    {
        CallPace pace = new(Limit);
        CountToQuick(ref pace);
        pace.Fail();
        for (int i = 0; i < 64 * 4; i++)
        {
            pace.Judge(Quick, calls: 16);
        }

        pace.Fail();
        CountToQuick(ref pace).Should().Be(4, "1 before, and again after this one");
        await Task.CompletedTask;
    }

    [GuardedFact]
    public async Task IsQuick_LimitSaysAllOrNone_IsThat()
    {
        CallPace all = new(int.MaxValue);
        all.Judge(Stall, calls: 1);
        all.Fail();
        all.IsQuick.Should().BeTrue();
        CallPace none = new(limit: 0);
        none.Judge(elapsed: 1, calls: 64);
        none.IsQuick.Should().BeFalse();
        await Task.CompletedTask;
    }

    private static int CountToQuick(ref CallPace pace)
    {
        int batches = 0;
        while (!pace.IsQuick)
        {
            pace.Judge(Quick, calls: 16);
            batches++;
        }

        return batches;
    }

    private static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * TimeProvider.System.TimestampFrequency);
}
