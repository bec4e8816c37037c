namespace ProducerConsumer.Tests;

public sealed class BatchSizeTests
{
    /// <summary>In microseconds: whatever a test does is quick.</summary>
    private const int Ages = 1_000_000_000;

    [GuardedFact]
    public async Task Value_QuickBatches_DoublesUpToTheMost()
    {
        BatchSize size = new(most: 24, Ages);
        List<int> values = [];
        for (int i = 0; i < 7; i++)
        {
            values.Add(size.Value);
            size.Begin(size.Value);
            size.End();
        }

        values.Should().Equal(1, 2, 4, 8, 16, 24, 24);
        await Task.CompletedTask;
    }

    [GuardedFact]
    public async Task Value_SlowBatches_Halves()
    {
        BatchSize size = new(most: 8, budget: 0);
        size.Begin(1);
        size.End();
        size.Value.Should().Be(1, "there is nothing smaller");
        BatchSize grown = new(most: 8, Ages);
        Grow(ref grown);
        grown.Value.Should().Be(8);
        grown.Reset();
        grown.Value.Should().Be(1, "a batch waited");
        await Task.CompletedTask;
    }

    [GuardedFact]
    public async Task Value_FewerItemsThanAskedFor_DoesNotGrow()
    {
        BatchSize size = new(most: 64, Ages);
        size.Begin(1);
        size.End();
        size.Value.Should().Be(2);
        for (int i = 0; i < 20; i++)
        {
            size.Begin(1);
            size.End();
        }

        size.Value.Should().Be(2);
        await Task.CompletedTask;
    }

    [GuardedFact]
    public async Task Value_MostIsOne_StaysOne()
    {
        BatchSize size = new(most: 1, Ages);
        Grow(ref size);
        size.Value.Should().Be(1);
        await Task.CompletedTask;
    }

    private static void Grow(ref BatchSize size)
    {
        for (int i = 0; i < 10; i++)
        {
            size.Begin(size.Value);
            size.End();
        }
    }
}
