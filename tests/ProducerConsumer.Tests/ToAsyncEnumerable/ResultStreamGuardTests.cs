namespace ProducerConsumer.Tests;

/// <summary>An enumeration that is begun or left at the wrong moment does not wait for ever.</summary>
public sealed class ResultStreamGuardTests
{
    [GuardedFact]
    public async Task DisposeAsync_InsideADelegateOfTheRun_DoesNotWaitForThatDelegate()
    {
        IAsyncEnumerator<int>? results = null;
        results = PooledPipeline.CreateBuilder<int>()
            .Produce(Enumerable.Range(0, 3))
            .Transform(async (item, _) =>
            {
                await results!.DisposeAsync();
                return item;
            })
            .ToAsyncEnumerable()
            .GetAsyncEnumerator();

        (await results.MoveNextAsync()).Should().BeFalse();
    }

    [GuardedFact]
    public async Task MoveNextAsync_TheClockThrowsAtTheStart_ThrowsEachTime()
    {
        await using IAsyncEnumerator<int> results = PooledPipeline
            .CreateBuilder<int>(configure: options => options.TimeProvider = new BrokenClock())
            .Produce(Enumerable.Range(0, 3))
            .ToAsyncEnumerable()
            .GetAsyncEnumerator();

        for (int i = 0; i < 2; i++)
        {
            await results.Awaiting(all => all.MoveNextAsync().AsTask()).Should().ThrowAsync<NotSupportedException>();
        }
    }

    private sealed class BrokenClock : TimeProvider
    {
        public override long GetTimestamp() => throw new NotSupportedException("no clock");
    }
}
