using System.Runtime.CompilerServices;

namespace ProducerConsumer.Tests;

/// <summary>Threads and contexts: who waits where, and who gets the thread.</summary>
public sealed class SchedulingTests
{
    [GuardedFact]
    public async Task Write_ContextRefusesToPost_WakesTheWriterAnywayAndIsRecorded()
    {
        Gate gate = new();
        await using PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(capacity: 1)
            .Consume(async (_, token) => await gate.PassAsync(token)).Build();
        await pipeline.StartAsync();
        await pipeline.Writer.WriteAsync(0);
        await gate.Arrived;
        await pipeline.Writer.WriteAsync(1);
        ValueTaskAwaiter parked = AwaiterOf(pipeline.Writer.WriteAsync(2));
        Gate resumed = new();
        SynchronizationContext? own = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(new BrokenContext());
        parked.OnCompleted(resumed.Arrive);
        SynchronizationContext.SetSynchronizationContext(own);

        gate.Open();
        await resumed.Arrived;
        parked.GetResult();
        pipeline.Writer.Complete();

        PipelineReport report = await pipeline.Completion;
        report.Consumers().Completed.Should().Be(3);
        report.Failures.Should().ContainSingle().Which.Exception.Message.Should().Be("post");
    }

    [GuardedFact]
    public async Task SynchronousHandlers_TakeTurnsOnAThread()
    {
        // More endless synchronous pipelines than threads that the pool starts with: each must get on.
        int pipelines = 4 * Environment.ProcessorCount;
        int[] handled = new int[pipelines];
        using CancellationTokenSource enough = new();
        Task[] runs = [.. Enumerable.Range(0, pipelines).Select(RunAsync)];

        async Task RunAsync(int number)
        {
            try
            {
                await PooledPipeline.CreateBuilder<int>(capacity: 16)
                    .Produce(Endless())
                    .Consume((_, _) =>
                    {
                        handled[number]++;
                        if (handled.All(count => count >= 1_000))
                        {
                            enough.Cancel();
                        }

                        return default(ValueTask);
                    })
                    .Build()
                    .RunAsync(enough.Token);
            }
            catch (OperationCanceledException)
            {
            }
        }

        await Task.WhenAll(runs);

        handled.Should().OnlyContain(count => count >= 1_000);

        static IEnumerable<int> Endless()
        {
            while (true)
            {
                yield return 1;
            }
        }
    }

    private static ValueTaskAwaiter AwaiterOf(ValueTask call) => call.GetAwaiter();

    private sealed class BrokenContext : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => throw new InvalidOperationException("post");
    }
}
