using System.Threading.Channels;

namespace ProducerConsumer.Tests;

/// <summary>Many items in one write: what is in is in, in its order, and the caller knows how many those are.</summary>
public sealed class WriteManyTests
{
    private readonly Gate _gate = new();
    private readonly List<int> _handled = [];

    [GuardedFact]
    public async Task WriteMany_Room_IsDoneAtOnce()
    {
        await using PooledPipeline<int> pipeline = Build(capacity: 8);

        ValueTask<int> write = pipeline.Writer.WriteManyAsync(Numbers(8));

        write.IsCompletedSuccessfully.Should().BeTrue();
        (await write).Should().Be(8);
        pipeline.Writer.TryWrite(8).Should().BeFalse();
        await CompleteAsync(pipeline);
        _handled.Should().Equal(Enumerable.Range(0, 8));
    }

    [GuardedTheory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(64)]
    public async Task WriteMany_MoreThanTheCapacity_WaitsForRoomAndKeepsTheOrder(int capacity)
    {
        await using PooledPipeline<int> pipeline = Build(capacity);

        ValueTask<int> write = pipeline.Writer.WriteManyAsync(Numbers(1_000));
        write.IsCompleted.Should().BeFalse();
        Task<PipelineReport> run = pipeline.RunAsync();
        _gate.Open();

        (await write).Should().Be(1_000);
        pipeline.Writer.Complete();
        await run;
        _handled.Should().Equal(Enumerable.Range(0, 1_000));
    }

    [GuardedFact]
    public async Task WriteMany_OtherWritesWait_ComesInAfterThoseBeforeItAndBeforeThoseAfterIt()
    {
        await using PooledPipeline<int> pipeline = Build(capacity: 1);
        pipeline.Writer.TryWrite(0).Should().BeTrue();
        ValueTask earlier = pipeline.Writer.WriteAsync(1);
        ValueTask<int> many = pipeline.Writer.WriteManyAsync(new[] { 2, 3, 4 });
        ValueTask later = pipeline.Writer.WriteAsync(5);

        Task<PipelineReport> run = pipeline.RunAsync();
        _gate.Open();

        await earlier;
        (await many).Should().Be(3);
        await later;
        pipeline.Writer.Complete();
        await run;
        _handled.Should().Equal(Enumerable.Range(0, 6));
    }

    [GuardedFact]
    public async Task WriteMany_CancelledHalfway_TellsHowManyAreIn()
    {
        using CancellationTokenSource source = new();
        await using PooledPipeline<int> pipeline = Build(capacity: 3);
        ValueTask<int> write = pipeline.Writer.WriteManyAsync(Numbers(10), source.Token);

        await source.CancelAsync();

        (await write).Should().Be(3);
        await FluentActions.Awaiting(() => pipeline.Writer.WriteManyAsync(Numbers(1), source.Token).AsTask())
            .Should().ThrowAsync<OperationCanceledException>();
        PipelineReport report = await CompleteAsync(pipeline);
        _handled.Should().Equal(0, 1, 2);
        report.Consumers().Accepted.Should().Be(3);
    }

    [GuardedFact]
    public async Task WriteMany_CancelledBeforeAnythingIsIn_Throws()
    {
        using CancellationTokenSource source = new();
        await using PooledPipeline<int> pipeline = Build(capacity: 1);
        pipeline.Writer.TryWrite(0).Should().BeTrue();
        Task<int> write = pipeline.Writer.WriteManyAsync(new[] { 1, 2 }, source.Token).AsTask();

        await source.CancelAsync();

        (await FluentActions.Awaiting(() => write).Should().ThrowAsync<OperationCanceledException>())
            .Which.CancellationToken.Should().Be(source.Token);
        await CompleteAsync(pipeline);
        _handled.Should().Equal(0);
    }

    [GuardedFact]
    public async Task WriteMany_InputEndsHalfway_TellsHowManyAreInAndTheNextWriteThrows()
    {
        await using PooledPipeline<int> pipeline = Build(capacity: 2);
        ValueTask<int> write = pipeline.Writer.WriteManyAsync(Numbers(5));

        PipelineReport report = await pipeline.StopAsync(StopMode.Abort);

        (await write).Should().Be(2);
        report.UndeliveredItems<int>().Should().Equal(0, 1);
        await FluentActions.Awaiting(() => pipeline.Writer.WriteManyAsync(Numbers(1)).AsTask())
            .Should().ThrowAsync<ChannelClosedException>();
    }

    [GuardedFact]
    public async Task WriteMany_Nothing_IsDoneAtOnceWhileTheInputIsOpen()
    {
        await using PooledPipeline<int> pipeline = Build(capacity: 1);
        pipeline.Writer.TryWrite(0).Should().BeTrue();

        (await pipeline.Writer.WriteManyAsync(ReadOnlyMemory<int>.Empty)).Should().Be(0);

        pipeline.Writer.Complete();
        await FluentActions.Awaiting(() => pipeline.Writer.WriteManyAsync(ReadOnlyMemory<int>.Empty).AsTask())
            .Should().ThrowAsync<ChannelClosedException>();
    }

    [GuardedTheory]
    [InlineData(BoundedChannelFullMode.DropOldest, new[] { 3, 4 }, new[] { 0, 1, 2 })]
    [InlineData(BoundedChannelFullMode.DropNewest, new[] { 0, 4 }, new[] { 1, 2, 3 })]
    [InlineData(BoundedChannelFullMode.DropWrite, new[] { 0, 1 }, new[] { 2, 3, 4 })]
    public async Task WriteMany_DropMode_WritesItemByItem(BoundedChannelFullMode mode, int[] kept, int[] dropped)
    {
        List<int> told = [];
        await using PooledPipeline<int> pipeline = Build(capacity: 2, stage => stage.DropWhenFull(mode, told.Add));

        (await pipeline.Writer.WriteManyAsync(Numbers(5))).Should().Be(5);

        PipelineReport report = await CompleteAsync(pipeline);
        _handled.Should().Equal(kept);
        told.Should().Equal(dropped);
        report.Consumers().Dropped.Should().Be(3);
        report.ShouldBalance();
    }

    [GuardedFact]
    public async Task WriteMany_FromAHandlerOfTheSameRun_Throws()
    {
        PooledPipeline<int> pipeline = null!;
        pipeline = PooledPipeline.CreateBuilder<int>()
            .Consume(async (item, token) => await pipeline.Writer.WriteManyAsync(new[] { item }, token))
            .Build();
        pipeline.Writer.TryWrite(1);

        PipelineException thrown = (await FluentActions.Awaiting(() => pipeline.RunAsync()).Should().ThrowAsync<PipelineException>()).Which;

        thrown.InnerException.Should().BeOfType<InvalidOperationException>().Which.Message.Should().Contain("TryWrite");
    }

    [GuardedFact]
    public async Task WriteMany_ProducersOfARun_CountWhatTheyEmit()
    {
        PipelineReport report = await PooledPipeline.CreateBuilder<int>(capacity: 5)
            .Produce(count: 3, async (writer, token) => await writer.WriteManyAsync(Numbers(100), token))
            .Consume((_, _) => default(ValueTask), maxWorkers: 2)
            .Build()
            .RunAsync();

        report.ShouldBalance();
        report.Stages[0].Emitted.Should().Be(300);
    }

    /// <summary>Memory can be code of the application's. It runs in the write that brings it and nowhere else.</summary>
    [GuardedFact]
    public async Task WriteMany_MemoryBreaksWhileItsWriteWaits_HurtsNobody()
    {
        await using PooledPipeline<int> pipeline = Build(capacity: 1);
        pipeline.Writer.TryWrite(0).Should().BeTrue();
        ValueTask other = pipeline.Writer.WriteAsync(1);
        using BreakableMemory memory = new([2, 3]);
        ValueTask<int> write = pipeline.Writer.WriteManyAsync(memory.Memory);
        memory.IsBroken = true;

        Task<PipelineReport> run = pipeline.RunAsync();
        _gate.Open();

        await other;
        (await write).Should().Be(2);
        await FluentActions.Awaiting(() => pipeline.Writer.WriteManyAsync(memory.Memory).AsTask())
            .Should().ThrowAsync<InvalidOperationException>().WithMessage("broken");
        pipeline.Writer.Complete();
        await run;
        _handled.Should().Equal(0, 1, 2, 3);
    }

    /// <summary>As above, with memory whose manager has an array: what is kept is the array.</summary>
    [GuardedFact]
    public async Task WriteMany_MemoryHasAnArrayAndBreaksWhileItsWriteWaits_HurtsNobody()
    {
        await using PooledPipeline<int> pipeline = Build(capacity: 1);
        pipeline.Writer.TryWrite(0).Should().BeTrue();
        ValueTask other = pipeline.Writer.WriteAsync(1);
        using BreakableMemory memory = new([9, 2, 3, 9]) { HasArray = true };
        ValueTask<int> write = pipeline.Writer.WriteManyAsync(memory.Memory[1..3]);
        memory.IsBroken = true;

        Task<PipelineReport> run = pipeline.RunAsync();
        _gate.Open();

        await other;
        (await write).Should().Be(2);
        pipeline.Writer.Complete();
        await run;
        _handled.Should().Equal(0, 1, 2, 3);
    }

    private static int[] Numbers(int count) => [.. Enumerable.Range(0, count)];

    private PooledPipeline<int> Build(int capacity, Action<StageOptions<int>>? configure = null) =>
        PooledPipeline.CreateBuilder<int>(capacity)
            .Consume(
                async (item, token) =>
                {
                    await _gate.PassAsync(token);
                    _handled.Add(item);
                },
                configure)
            .Build();

    private async Task<PipelineReport> CompleteAsync(PooledPipeline<int> pipeline)
    {
        _gate.Open();
        pipeline.Writer.Complete();
        return await pipeline.RunAsync();
    }

    private sealed class BreakableMemory(int[] items) : System.Buffers.MemoryManager<int>
    {
        public bool IsBroken { get; set; }

        public bool HasArray { get; init; }

        public override Span<int> GetSpan() => IsBroken ? throw new InvalidOperationException("broken") : items;

        public override System.Buffers.MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException();

        public override void Unpin() => throw new NotSupportedException();

        /// <summary>Asked for its length while it is made, which must not depend on the span.</summary>
        public override Memory<int> Memory => CreateMemory(items.Length);

        protected override bool TryGetArray(out ArraySegment<int> segment)
        {
            segment = HasArray ? new ArraySegment<int>(items) : default;
            return HasArray;
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
