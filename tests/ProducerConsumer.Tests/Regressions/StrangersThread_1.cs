namespace ProducerConsumer.Tests;

/// <summary>
/// A worker that was resumed by a thread of the application's wrapped its way back to the pool in a task. When the pool
/// was so fast that the task had completed before the worker looked at it, the worker stayed on that thread: about once
/// in a hundred runs.
/// </summary>
public sealed class StrangersThread_1
{
    [GuardedFact]
    public async Task Worker_ResumedByAThreadOfTheApplication_NeverKeepsIt()
    {
        for (int round = 0; round < 1_000; round++)
        {
            TaskCompletionSource resume = new();
            Gate suspended = new();
            List<bool> onPool = [];
            Task<PipelineReport> run = PooledPipeline.CreateBuilder<int>()
                .Produce([0, 1, 2])
                .Consume(async (item, _) =>
                {
                    onPool.Add(Thread.CurrentThread.IsThreadPoolThread);
                    if (item == 0)
                    {
                        suspended.Arrive();
                        await resume.Task.ConfigureAwait(false);
                    }
                })
                .Build()
                .RunAsync();
            await suspended.Arrived;
            Thread stranger = new(resume.SetResult);
            stranger.Start();
            await run;

            onPool.Should().Equal(true, true, true);
        }
    }
}
