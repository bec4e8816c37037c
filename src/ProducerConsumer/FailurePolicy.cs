namespace ProducerConsumer;

/// <summary>
/// What happens to an item whose call threw, as a sentence:
/// <c>stage.OnFailure.Redeliver(maxAttempts: 5, delay).DeadLetter(SaveAsync).StopAfter(100)</c>. Without a word it stops the
/// run.
/// </summary>
/// <typeparam name="T">The items of the stage.</typeparam>
/// <remarks>A cancellation by a stop is no failure. Neither is anything redelivered or dead-lettered once the run is stopped, except by a drain.</remarks>
public sealed class FailurePolicy<T>
{
    private readonly OptionsFreeze _freeze;
    private FailureAction _action = FailureAction.Stop;
    private Func<T, ItemFailure, CancellationToken, ValueTask>? _deadLetter;
    private int _maxAttempts = 1;
    private TimeSpan _delay;
    private TimeSpan _maxDelay;
    private long? _budget;
    private long? _consecutiveBudget;

    internal FailurePolicy(OptionsFreeze freeze) => _freeze = freeze;

    /// <summary>Whether failed items are handled again.</summary>
    internal bool Redelivers => _maxAttempts > 1;

    /// <summary>The rules for one pipeline that is built, with a budget of its own.</summary>
    internal FailureRules<T> Build() =>
        new(_action, _deadLetter, _maxAttempts, _delay, _maxDelay, new FailureBudget(_budget, _consecutiveBudget));

    /// <summary>Has a failed item wait and be handled again. It holds no worker meanwhile, but its place in the capacity of the stage.</summary>
    /// <param name="maxAttempts">The most calls for one item, the first one included: 2 or more. After the last the rest of the policy decides.</param>
    /// <param name="delay">How long it waits for the second call, on the pipeline's clock: zero or more. Doubles with each further call, and is shortened at random by up to a half, so that items which failed together do not come back together.</param>
    /// <param name="maxDelay">The longest wait. The default is one minute, or <paramref name="delay"/> if that is longer; at most 49 days.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of its range.</exception>
    public FailurePolicy<T> Redeliver(int maxAttempts, TimeSpan delay, TimeSpan? maxDelay = null)
    {
        if (maxAttempts < 2)
        {
            throw new ArgumentOutOfRangeException(
                nameof(maxAttempts), maxAttempts, $"maxAttempts is {maxAttempts}, and the first call counts. Give 2 or more, or leave Redeliver out.");
        }

        TimeSpan longest = maxDelay ?? (delay > TimeSpan.FromMinutes(1) ? delay : TimeSpan.FromMinutes(1));
        if (delay < TimeSpan.Zero || longest < delay || longest > TimeSpan.FromDays(49))
        {
            throw new ArgumentOutOfRangeException(
                nameof(delay), delay, $"delay is {delay} and maxDelay {longest}. Give a delay of zero or more, and a maxDelay from that to 49 days.");
        }

        _maxAttempts = _freeze.Check(maxAttempts);
        _delay = delay;
        _maxDelay = longest;
        return this;
    }

    /// <summary>Stops the run, with the failure as its fault. The default.</summary>
    public FailurePolicy<T> Stop()
    {
        _action = _freeze.Check(FailureAction.Stop);
        return this;
    }

    /// <summary>Counts the item as failed, keeps the failure for <see cref="PipelineReport.Failures"/>, and goes on.</summary>
    public FailurePolicy<T> Skip()
    {
        _action = _freeze.Check(FailureAction.Skip);
        return this;
    }

    /// <summary>Hands the item to a handler, and counts it as dead-lettered when that returns. The worker waits for it.</summary>
    /// <param name="handler">
    /// Receives the item, its failure and the token of the stage's code. If it throws, the item is failed with both
    /// exceptions, and the run goes on, within the budget.
    /// </param>
    /// <exception cref="ArgumentNullException"><paramref name="handler"/> is <see langword="null"/>.</exception>
    public FailurePolicy<T> DeadLetter(Func<T, ItemFailure, CancellationToken, ValueTask> handler)
    {
        Require.NotNull(handler, nameof(handler), "Give the code that takes care of an item that failed.");
        _action = _freeze.Check(FailureAction.DeadLetter);
        _deadLetter = handler;
        return this;
    }

    /// <inheritdoc cref="DeadLetter(Func{T, ItemFailure, CancellationToken, ValueTask})"/>
    public FailurePolicy<T> DeadLetter(in Func<T, ItemFailure, CancellationToken, Task> handler)
    {
        Require.NotNull(handler, nameof(handler), "Give the code that takes care of an item that failed.");
        Func<T, ItemFailure, CancellationToken, Task> call = handler;
        return DeadLetter((item, failure, cancellationToken) => new ValueTask(call(item, failure, cancellationToken)));
    }

    /// <summary>Allows that many items to be skipped or dead-lettered; the failure of one more stops the run.</summary>
    /// <param name="failures">0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="failures"/> is negative.</exception>
    public FailurePolicy<T> StopAfter(long failures)
    {
        _budget = _freeze.Check(CheckBudget(failures, nameof(failures)));
        return this;
    }

    /// <summary>As <see cref="StopAfter"/>, but counts from 0 again whenever an item succeeds.</summary>
    /// <param name="failures">0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="failures"/> is negative.</exception>
    public FailurePolicy<T> StopAfterConsecutive(long failures)
    {
        _consecutiveBudget = _freeze.Check(CheckBudget(failures, nameof(failures)));
        return this;
    }

    private static long CheckBudget(long failures, string name) => failures >= 0
        ? failures
        : throw new ArgumentOutOfRangeException(name, failures, $"{name} is {failures}. Give how many items may fail, 0 or more.");
}
