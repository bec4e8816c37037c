using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace ProducerConsumer.Tests;

/// <summary>How an <see cref="ObedientSource"/> waits.</summary>
public enum BlockingSource
{
    /// <summary><c>MoveNext</c> blocks.</summary>
    Enumerable,

    /// <summary><c>MoveNextAsync</c> completes later.</summary>
    AsyncEnumerable,

    /// <summary><c>MoveNextAsync</c> blocks.</summary>
    AsyncEnumerableThatBlocks,

    /// <summary>Each item is written into the channel once the one before it was handled.</summary>
    Reader,

    /// <summary>The call blocks.</summary>
    Call,

    /// <summary>The task of the call completes later.</summary>
    CallThatSuspends,

    /// <summary>The producer blocks after its write.</summary>
    Writer,
}

/// <summary>Many items as fast as they are taken, then some of which each is made when the one before it was handled.</summary>
internal sealed class ObedientSource(int fast, int slow, CancellationToken hang)
{
    private readonly TaskCompletionSource[] _handled =
        [.. Enumerable.Range(0, slow).Select(_ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously))];

    private readonly Channel<int> _channel = Channel.CreateUnbounded<int>();
    private int _next = -1;

    public PipelineBuilder<int> AddTo(PipelineBuilder<int> builder, BlockingSource kind)
    {
        switch (kind)
        {
            case BlockingSource.Enumerable:
                return builder.Produce(AsEnumerable());
            case BlockingSource.AsyncEnumerable:
                return builder.Produce(AsAsyncEnumerable(blocks: false));
            case BlockingSource.AsyncEnumerableThatBlocks:
                return builder.Produce(AsAsyncEnumerable(blocks: true));
            case BlockingSource.Reader:
                for (int item = 0; item <= fast; item++)
                {
                    _channel.Writer.TryWrite(item);
                }

                return builder.Produce(_channel.Reader);
            case BlockingSource.Call:
                return builder.Produce(fast + slow, _ => CallAsync(blocks: true), maxWorkers: 1);
            case BlockingSource.CallThatSuspends:
                return builder.Produce(fast + slow, _ => CallAsync(blocks: false), maxWorkers: 1);
            default:
                return builder.Produce(1, WriteAsync);
        }
    }

    public void Handle(int item)
    {
        if (item < fast)
        {
            return;
        }

        _handled[item - fast].SetResult();
        if (item + 1 < fast + slow)
        {
            _channel.Writer.TryWrite(item + 1);
        }
        else
        {
            _channel.Writer.Complete();
        }
    }

    private IEnumerable<int> AsEnumerable()
    {
        for (int item = 0; item < fast + slow; item++)
        {
            HandledBefore(item).Wait(hang);
            yield return item;
        }
    }

    private async IAsyncEnumerable<int> AsAsyncEnumerable(bool blocks, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        for (int item = 0; item < fast + slow; item++)
        {
            await WaitAsync(item, blocks).WaitAsync(cancellationToken);
            yield return item;
        }
    }

    private async ValueTask<int> CallAsync(bool blocks)
    {
        int item = ++_next;
        await WaitAsync(item, blocks);
        return item;
    }

    private async ValueTask WriteAsync(ChannelWriter<int> writer, CancellationToken cancellationToken)
    {
        for (int item = 0; item < fast + slow; item++)
        {
            HandledBefore(item).Wait(hang);
            await writer.WriteAsync(item, cancellationToken);
        }
    }

    private Task WaitAsync(int item, bool blocks)
    {
        Task before = HandledBefore(item);
        if (!blocks)
        {
            return before;
        }

        before.Wait(hang);
        return Task.CompletedTask;
    }

    /// <summary>Completes when the slow item before this one was handled.</summary>
    private Task HandledBefore(int item) => item <= fast ? Task.CompletedTask : _handled[item - 1 - fast].Task;
}
