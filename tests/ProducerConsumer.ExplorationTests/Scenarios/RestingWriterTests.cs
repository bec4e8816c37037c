using ProducerConsumer.Tests;

namespace ProducerConsumer.ExplorationTests;

/// <summary>
/// A write of many items is done while handlers are quick, so that its writer rests until there is room for more; then a
/// handler does not return before the writer has its answer.
/// </summary>
public sealed class RestingWriterTests : ScenarioContract
{
    private const int Items = 24;
    private const int BlockSize = 6;

    protected internal override IReadOnlyList<string> Faults => ["resting-writer-is-forgotten"];

    protected override async Task RunAsync()
    {
        Handled handled = new();
        TaskCompletionSource[] answers =
            [.. Enumerable.Range(0, Items / BlockSize).Select(_ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously))];
        PooledPipeline<int>? own = null;
        await using PooledPipeline<int> pipeline = own = Runs.Create(capacity: 8)
            .Consume((item, token) =>
            {
                // What is accepted is written: its writer owes nobody anything but the next block.
                int accepted = (int)((BufferedStage<int>)own!.Run.Stages[^1]).Buffer.ReadBooks("").Accepted;
                foreach (TaskCompletionSource answer in answers.Take(accepted / BlockSize))
                {
                    answer.Task.Wait(CancellationToken.None);
                }

                return handled.HandleAsync(item, token);
            })
            .Build();
        Task writing = Task.Run(async () =>
        {
            int[] items = [.. Enumerable.Range(1, Items)];
            for (int block = 0; block < answers.Length; block++)
            {
                (await pipeline.Writer.WriteManyAsync(items.AsMemory(block * BlockSize, BlockSize))).Should().Be(BlockSize);
                answers[block].SetResult();
            }
        });
        Task<PipelineReport> run = pipeline.RunAsync();
        await writing;
        pipeline.Writer.Complete();
        PipelineReport report = await run;
        report.ShouldBalance();
        handled.Items.Should().Equal(Enumerable.Range(1, Items));
    }
}
