using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace ProducerConsumer.Tests;

/// <summary>
/// An item whose call failed while results of it waited for their turn was told of at once, and a second time when these
/// had gone on.
/// </summary>
public sealed class ToldOfOrdered_2
{
    [GuardedFact]
    public async Task Skip_ResultsOfTheItemWaitForTheirTurn_IsToldOfOnceAndAfterThem()
    {
        Gate first = new();
        Gate failed = new();
        ConcurrentQueue<string> events = [];
        await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(capacity: 4)
            .TransformMany(
                Sequence,
                stage =>
                {
                    stage.MaxWorkers = 2;
                    stage.PreserveOrder();
                    stage.OnFailure.Skip();
                })
            .Consume((item, _) =>
            {
                events.Enqueue($"handled {item}");
                return default;
            })
            .Build();
        await pipeline.StartAsync();
        await pipeline.Writer.WriteAsync(0);
        await pipeline.Writer.WriteTrackedAsync(1, outcome => events.Enqueue($"told {outcome}"));
        await failed.Arrived;
        while (pipeline.Run.Stages[0].ReadBooks().Failed == 0)
        {
            await Task.Yield();
        }

        events.Should().BeEmpty();
        first.Open();
        (await pipeline.StopAsync()).ShouldBalance();

        events.Should().Equal("handled 0", "handled 1", "told Failed");

        async IAsyncEnumerable<int> Sequence(int item, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            if (item == 0)
            {
                await first.PassAsync(cancellationToken);
            }

            yield return item;
            if (item == 1)
            {
                failed.Arrive();
                throw new InvalidOperationException("item 1");
            }
        }
    }
}
