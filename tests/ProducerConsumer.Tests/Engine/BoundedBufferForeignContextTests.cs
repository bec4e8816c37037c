using System.Collections.Concurrent;

namespace ProducerConsumer.Tests;

/// <summary>Contexts and schedulers of the caller's that do not take what they are given.</summary>
public sealed class BoundedBufferForeignContextTests : IDisposable
{
    private readonly ConcurrentQueue<Exception> _faults = [];

    /// <summary>Released for each fault, which may be recorded after the wait has gone on.</summary>
    private readonly SemaphoreSlim _recorded = new(0);

    public enum Fault
    {
        ThrowsInstead,
        RunsAndThrows,
        QueuesAndThrows,
    }

    public static TheoryData<Fault> Faults => [.. Enum.GetValues<Fault>()];

    [GuardedTheory]
    [MemberData(nameof(Faults))]
    public async Task Post_ThrowsForAParkedRead_ReadGoesOnOnceAndTheWriterSeesNothing(Fault fault)
    {
        BrokenContext context = new(fault);
        BoundedBuffer<int> buffer = new(1, onForeignFault: Record);
        int continuations = 0;
        Task<int> read = await Within(context, async () =>
        {
            int item = await buffer.Reader.ReadAsync();
            Interlocked.Increment(ref continuations);
            return item;
        });
        buffer.TryWrite(1).Should().BeTrue();
        (await read).Should().Be(1);
        await context.Ended;
        Volatile.Read(ref continuations).Should().Be(1);
        await _recorded.WaitAsync();
        _faults.Should().ContainSingle().Which.Should().BeSameAs(context.Error);
        buffer.TryWrite(2).Should().BeTrue();
        (await buffer.Reader.ReadAsync()).Should().Be(2);
    }

    [GuardedTheory]
    [MemberData(nameof(Faults))]
    public async Task Post_ThrowsForOneOfManyWaits_OthersEndToo(Fault fault)
    {
        BrokenContext context = new(fault);
        BoundedBuffer<int> buffer = new(1, onForeignFault: Record);
        Task<bool> before = buffer.Reader.WaitToReadAsync().AsTask();
        Task<bool> broken = await Within(context, async () => await buffer.Reader.WaitToReadAsync());
        Task<bool> after = buffer.Reader.WaitToReadAsync().AsTask();
        buffer.Close(error: null);
        (await Task.WhenAll(before, broken, after)).Should().Equal(false, false, false);
        await context.Ended;
        await _recorded.WaitAsync();
        _faults.Should().ContainSingle();
        buffer.Reader.Completion.IsCompletedSuccessfully.Should().BeTrue();
    }

    [GuardedTheory]
    [MemberData(nameof(Faults))]
    public async Task Post_ThrowsForACancelledWrite_CancellerSeesNothing(Fault fault)
    {
        BrokenContext context = new(fault);
        BoundedBuffer<int> buffer = new(1, onForeignFault: Record);
        buffer.TryWrite(1).Should().BeTrue();
        using CancellationTokenSource source = new();
        Task<string> write = await Within(context, async () =>
        {
            try
            {
                await buffer.Writer.WriteAsync(2, source.Token);
                return "written";
            }
            catch (OperationCanceledException)
            {
                return "cancelled";
            }
        });
        Action cancel = source.Cancel;
        cancel.Should().NotThrow();
        (await write).Should().Be("cancelled");
        await context.Ended;
        await _recorded.WaitAsync();
        _faults.Should().ContainSingle().Which.Should().BeSameAs(context.Error);
        buffer.Count.Should().Be(1);
    }

    [GuardedFact]
    public async Task Post_NobodyListens_ReadGoesOn()
    {
        BrokenContext context = new(Fault.ThrowsInstead);
        BoundedBuffer<int> buffer = new(1);
        Task<int> read = await Within(context, async () => await buffer.Reader.ReadAsync());
        buffer.TryWrite(1).Should().BeTrue();
        (await read).Should().Be(1);
    }

    [GuardedFact]
    public async Task QueueTask_Throws_ReadGoesOnAndTheFaultIsRecorded()
    {
        BrokenScheduler scheduler = new();
        BoundedBuffer<int> buffer = new(1, onForeignFault: Record);
        Task<int> read = await Task.Factory.StartNew(
            async () => await buffer.Reader.ReadAsync(), CancellationToken.None, TaskCreationOptions.None, scheduler);
        scheduler.IsBroken = true;
        buffer.TryWrite(1).Should().BeTrue();
        (await read).Should().Be(1);
        await _recorded.WaitAsync();
        _faults.Should().ContainSingle().Which.Should().BeOfType<TaskSchedulerException>();
        buffer.Close(error: null);
        BoundedBufferCloseTests.ShouldBalance(buffer).Completed.Should().Be(1);
    }

    public void Dispose() => _recorded.Dispose();

    private void Record(Exception fault)
    {
        _faults.Enqueue(fault);
        _recorded.Release();
    }

    /// <summary>Begins <paramref name="act"/> on a pool thread that has <paramref name="context"/>.</summary>
    private static Task<Task<TResult>> Within<TResult>(SynchronizationContext context, Func<Task<TResult>> act) =>
        Task.Factory.StartNew(
            () =>
            {
                SynchronizationContext? before = SynchronizationContext.Current;
                SynchronizationContext.SetSynchronizationContext(context);
                try
                {
                    return act();
                }
                finally
                {
                    SynchronizationContext.SetSynchronizationContext(before);
                }
            },
            CancellationToken.None,
            TaskCreationOptions.None,
            TaskScheduler.Default);

    private sealed class BrokenContext(Fault fault) : SynchronizationContext
    {
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public InvalidOperationException Error { get; } = new("Post");

        /// <summary>Completes when what was posted has also run as often as the context wants.</summary>
        public Task Ended => _ended.Task;

        public override void Post(SendOrPostCallback d, object? state)
        {
            if (fault == Fault.RunsAndThrows)
            {
                d(state);
            }

            if (fault == Fault.QueuesAndThrows)
            {
                ThreadPool.QueueUserWorkItem(_ =>
                {
                    d(state);
                    _ended.TrySetResult();
                });
            }
            else
            {
                _ended.TrySetResult();
            }

            throw Error;
        }
    }

    private sealed class BrokenScheduler : TaskScheduler
    {
        public volatile bool IsBroken;

        protected override void QueueTask(Task task)
        {
            if (IsBroken)
            {
                throw new InvalidOperationException("QueueTask");
            }

            ThreadPool.QueueUserWorkItem(_ => TryExecuteTask(task));
        }

        protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

        protected override IEnumerable<Task> GetScheduledTasks() => [];
    }
}
