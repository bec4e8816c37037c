using System.Collections.Concurrent;

namespace ProducerConsumer.StressTests;

/// <summary>The real channel, with the steps of <see cref="ChannelModel"/> and described in the same words.</summary>
internal sealed class ChannelUnderTest(int capacity)
{
    private readonly BoundedBuffer<int> _buffer = new(capacity);
    private readonly Edge _edge = new("producers");
    private readonly ConcurrentQueue<(ChannelStep Step, Func<string> Outcome, CancellationTokenSource Source)> _begun = [];

    public void Apply(ChannelStep step)
    {
        if (step.Act == Act.Cancel)
        {
            if (!_begun.IsEmpty)
            {
                _begun.ElementAt(step.Key % _begun.Count).Source.Cancel();
            }

            return;
        }

        CancellationTokenSource source = new();
        Func<string> outcome = Begin(step, source.Token);
        _begun.Enqueue((step, outcome, source));
    }

    /// <summary>Changes nothing, so that it may run at any time and twice.</summary>
    public string Describe()
    {
        StageBooks books = _buffer.ReadBooks("test");
        Task completion = _buffer.Reader.Completion;
        string end = !completion.IsCompleted ? "open" : completion.IsFaulted ? "faulted" : "ended";
        int oldest = _buffer.Reader.TryPeek(out int item) ? item : -1;
        return
            $"{string.Join(" ", _begun.Select(begun => $"{begun.Step.Act}({begun.Step.Key})={begun.Outcome()}").Order(StringComparer.Ordinal))}"
            + $" | count {_buffer.Count}, oldest {oldest}, accepted {books.Accepted}, read {books.Completed}"
            + $", waiting {books.Waiting}, undelivered {string.Join(" ", books.Undelivered.Select(undelivered => undelivered.Item))}, {end}";
    }

    private Func<string> Begin(ChannelStep step, CancellationToken cancellationToken)
    {
        switch (step.Act)
        {
            case Act.TryWrite:
                return Known($"{_buffer.TryWrite(step.Key)}");
            case Act.TryRead:
                return Known(_buffer.TryRead(out int item) ? $"{item}" : "none");
            case Act.Read:
                return Look(_buffer.Reader.ReadAsync(cancellationToken), "refused");
            case Act.WaitToRead:
                return Look(_buffer.Reader.WaitToReadAsync(cancellationToken), "failed");
            case Act.Write:
                return Look(_buffer.Writer.WriteAsync(step.Key, cancellationToken));
            case Act.WaitToWrite:
                return Look(_buffer.Writer.WaitToWriteAsync(cancellationToken), "failed");
            case Act.Deliver:
                return Look(_buffer.DeliverAsync(step.Key, _edge), "failed");
            case Act.Complete:
                return Known($"{_buffer.TryComplete()}");
            case Act.Fail:
                return Known($"{_buffer.TryComplete(new InvalidOperationException("fail"))}");
            default:
                _buffer.Close(step.Act == Act.CloseFaulted ? new InvalidOperationException("close") : null);
                return Known("done");
        }
    }

    private static Func<string> Known(string outcome) => () => outcome;

    /// <summary>A value task gives its result once, so the first look that finds one keeps it.</summary>
    private static Func<string> Look<TResult>(ValueTask<TResult> wait, string failed)
    {
        object gate = new();
        string? result = null;
        return () =>
        {
            lock (gate)
            {
                if (result is null && wait.IsCompletedSuccessfully)
                {
                    result = $"{wait.GetAwaiter().GetResult()}";
                }

                return result ?? (!wait.IsCompleted ? "waiting" : wait.IsCanceled ? "cancelled" : failed);
            }
        };
    }

    private static Func<string> Look(ValueTask wait) => () =>
        !wait.IsCompleted ? "waiting" : wait.IsCanceled ? "cancelled" : wait.IsFaulted ? "refused" : "done";
}
