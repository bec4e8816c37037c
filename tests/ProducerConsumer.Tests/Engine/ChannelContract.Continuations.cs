using System.Threading.Channels;

namespace ProducerConsumer.Tests;

public abstract partial class ChannelContract
{
    /// <summary>Whether this thread is inside the call that ends somebody's wait.</summary>
    [ThreadStatic]
    private static bool s_inside;

    [GuardedTheory]
    [MemberData(nameof(Waits))]
    public async Task Continuation_WaitGetsItsChance_DoesNotRunInsideTheCallThatGivesIt(Wait wait)
    {
        Channel<int> channel = CreateBlocking(wait);
        Task<bool> ranInside = ObserveAsync(channel, wait, CancellationToken.None);
        await InsideAsync(() => Release(channel, wait));
        (await ranInside).Should().BeFalse();
    }

    [GuardedTheory]
    [MemberData(nameof(Waits))]
    public async Task Continuation_ChannelEnds_DoesNotRunInsideTheCompleter(Wait wait)
    {
        Channel<int> channel = CreateBlocking(wait);
        Task<bool> ranInside = ObserveAsync(channel, wait, CancellationToken.None);
        await InsideAsync(() => channel.Writer.Complete());
        (await ranInside).Should().BeFalse();
    }

    [GuardedTheory]
    [MemberData(nameof(Waits))]
    public async Task Continuation_TokenFires_DoesNotRunInsideTheCanceller(Wait wait)
    {
        Channel<int> channel = CreateBlocking(wait);
        using CancellationTokenSource source = new();
        Task<bool> ranInside = ObserveAsync(channel, wait, source.Token);
        await InsideAsync(source.Cancel);
        (await ranInside).Should().BeFalse();
    }

    [GuardedFact]
    public async Task Continuation_OfCompletion_DoesNotRunInsideTheCompleterOrTheLastReader()
    {
        foreach (bool item in new[] { false, true })
        {
            Channel<int> channel = Create<int>(1);
            TaskCompletionSource<bool> ranInside = new(TaskCreationOptions.RunContinuationsAsynchronously);
            channel.Reader.Completion.ConfigureAwait(false).GetAwaiter().OnCompleted(() => ranInside.SetResult(s_inside));
            if (item)
            {
                channel.Writer.TryWrite(1).Should().BeTrue();
            }

            await InsideAsync(() =>
            {
                channel.Writer.Complete();
                ReadAll(channel).Should().HaveCount(item ? 1 : 0);
            });
            (await ranInside.Task).Should().BeFalse();
        }
    }

    [GuardedTheory]
    [MemberData(nameof(Waits))]
    public async Task Await_InsideASynchronizationContext_GoesOnThere(Wait wait)
    {
        foreach (bool cancel in new[] { false, true })
        {
            RecordingContext context = new();
            Channel<int> channel = CreateBlocking(wait);
            using CancellationTokenSource source = new();
            Task<bool> wentOnThere = await Task.Factory.StartNew(() =>
            {
                SynchronizationContext.SetSynchronizationContext(context);
                try
                {
                    return GoesOnAsync(channel, wait, () => SynchronizationContext.Current == context, source.Token);
                }
                finally
                {
                    SynchronizationContext.SetSynchronizationContext(null);
                }
            });
            EndWait(channel, wait, source, cancel);
            (await wentOnThere).Should().BeTrue();
            context.Posts.Should().Be(1);
        }
    }

    [GuardedTheory]
    [MemberData(nameof(Waits))]
    public async Task Await_InsideATaskScheduler_GoesOnThere(Wait wait)
    {
        foreach (bool cancel in new[] { false, true })
        {
            TaskScheduler scheduler = new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler;
            Channel<int> channel = CreateBlocking(wait);
            using CancellationTokenSource source = new();
            Task<bool> wentOnThere = await Task.Factory.StartNew(
                () => GoesOnAsync(channel, wait, () => TaskScheduler.Current == scheduler, source.Token),
                CancellationToken.None,
                TaskCreationOptions.None,
                scheduler);
            EndWait(channel, wait, source, cancel);
            (await wentOnThere).Should().BeTrue();
        }
    }

    [GuardedTheory]
    [MemberData(nameof(Waits))]
    public async Task Await_AsyncLocal_IsTheWaitersAndNotTheReleasers(Wait wait)
    {
        AsyncLocal<string?> local = new();
        Channel<int> channel = CreateBlocking(wait);
        local.Value = "waiter";
        TaskCompletionSource<string?> seen = new(TaskCreationOptions.RunContinuationsAsynchronously);
        OnEnd(channel, wait, () => seen.SetResult(local.Value));
        await Task.Run(() =>
        {
            local.Value = "releaser";
            Release(channel, wait);
        });
        (await seen.Task).Should().Be("waiter");
    }

    private static Task InsideAsync(Action act) => Task.Factory.StartNew(
        () =>
        {
            s_inside = true;
            act();
            s_inside = false;
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);

    /// <summary>Parks and tells whether the continuation ran inside somebody's call.</summary>
    private static Task<bool> ObserveAsync(Channel<int> channel, Wait wait, CancellationToken cancellationToken)
    {
        TaskCompletionSource<bool> ranInside = new(TaskCreationOptions.RunContinuationsAsynchronously);
        OnEnd(channel, wait, () => ranInside.SetResult(s_inside), cancellationToken);
        return ranInside.Task;
    }

    /// <summary>Parks with a bare continuation, with nothing of the compiler's in between.</summary>
    private static void OnEnd(
        Channel<int> channel, Wait wait, Action continuation, CancellationToken cancellationToken = default)
    {
        switch (wait)
        {
            case Wait.Read: OnEnd(channel.Reader.ReadAsync(cancellationToken), continuation); break;
            case Wait.WaitToRead: OnEnd(channel.Reader.WaitToReadAsync(cancellationToken), continuation); break;
            case Wait.Write: OnEnd(channel.Writer.WriteAsync(100, cancellationToken), continuation); break;
            default: OnEnd(channel.Writer.WaitToWriteAsync(cancellationToken), continuation); break;
        }
    }

    private static void OnEnd(ValueTask wait, Action continuation) =>
        wait.ConfigureAwait(false).GetAwaiter().OnCompleted(continuation);

    private static void OnEnd<TResult>(ValueTask<TResult> wait, Action continuation) =>
        wait.ConfigureAwait(false).GetAwaiter().OnCompleted(continuation);

    private static void EndWait(Channel<int> channel, Wait wait, CancellationTokenSource source, bool cancel)
    {
        if (cancel)
        {
            source.Cancel();
        }
        else
        {
            Release(channel, wait);
        }
    }

    /// <summary>Awaits in the caller's context and tells whether it is there afterwards.</summary>
    private static async Task<bool> GoesOnAsync(
        Channel<int> channel, Wait wait, Func<bool> isThere, CancellationToken cancellationToken)
    {
        try
        {
            switch (wait)
            {
                case Wait.Read: await channel.Reader.ReadAsync(cancellationToken); break;
                case Wait.WaitToRead: await channel.Reader.WaitToReadAsync(cancellationToken); break;
                case Wait.Write: await channel.Writer.WriteAsync(100, cancellationToken); break;
                default: await channel.Writer.WaitToWriteAsync(cancellationToken); break;
            }
        }
        catch (OperationCanceledException)
        {
            // A cancelled wait goes on in the same place.
        }

        return isThere();
    }

    /// <summary>Runs what is posted on the pool, with itself as the current context, and counts.</summary>
    private sealed class RecordingContext : SynchronizationContext
    {
        private int _posts;

        public int Posts => Volatile.Read(ref _posts);

        public override void Post(SendOrPostCallback d, object? state)
        {
            Interlocked.Increment(ref _posts);
            ThreadPool.QueueUserWorkItem(_ =>
            {
                SynchronizationContext? before = Current;
                SetSynchronizationContext(this);
                d(state);
                SetSynchronizationContext(before);
            });
        }
    }
}
