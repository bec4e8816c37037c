namespace ProducerConsumer.Tests;

/// <summary>Runs alone: it takes the whole thread pool.</summary>
[CollectionDefinition(nameof(StarvationTests), DisableParallelization = true)]
[Collection(nameof(StarvationTests))]
public sealed class StarvationTests
{
    [GuardedFact]
    public async Task ThreadPoolBlocked_ManyPipelines_LeaveNobodyParked()
    {
        const int Pipelines = 16;
        const int Writers = 10;
        ThreadPool.GetMinThreads(out int threads, out _);
        using ManualResetEventSlim release = new();
        Task[] blockers = [.. Enumerable.Range(0, threads).Select(_ => Task.Run(() => release.Wait()))];
        int[] handled = new int[Pipelines];
        PooledPipeline<int>[] pipelines =
        [
            .. Enumerable.Range(0, Pipelines).Select(number => PooledPipeline.CreateBuilder<int>(capacity: 1)
                .Consume((_, _) =>
                {
                    handled[number]++;
                    return default(ValueTask);
                })
                .Build()),
        ];
        Task<PipelineReport>[] runs = [.. pipelines.Select(pipeline => pipeline.RunAsync())];
        List<Task> writes = [];
        foreach (PooledPipeline<int> pipeline in pipelines)
        {
            for (int item = 0; item < Writers; item++)
            {
                writes.Add(pipeline.Writer.WriteAsync(item).AsTask());
            }
        }

        release.Set();
        await Task.WhenAll(writes);
        foreach (PooledPipeline<int> pipeline in pipelines)
        {
            pipeline.Writer.Complete();
        }

        await Task.WhenAll(runs);
        await Task.WhenAll(blockers);
        handled.Should().OnlyContain(count => count == Writers);
    }
}
