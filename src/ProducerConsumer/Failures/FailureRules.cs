namespace ProducerConsumer;

/// <summary>What becomes of an item that failed for good.</summary>
internal enum FailureAction
{
    Stop,
    Skip,
    DeadLetter,
}

/// <summary>What happens to the failed items of a stage.</summary>
/// <param name="Action">What becomes of an item that is not handled again.</param>
/// <param name="DeadLetter">Takes care of such an item, when that is the action.</param>
/// <param name="MaxAttempts">The most calls for one item.</param>
/// <param name="Delay">How long it waits for the second call.</param>
/// <param name="MaxDelay">The longest wait for a further one.</param>
/// <param name="Budget">How many items may fail for good.</param>
internal sealed record FailureRules<T>(
    FailureAction Action,
    Func<T, ItemFailure, CancellationToken, ValueTask>? DeadLetter,
    int MaxAttempts,
    TimeSpan Delay,
    TimeSpan MaxDelay,
    FailureBudget Budget)
{
    /// <summary>
    /// How long to wait after that many calls: doubled each time up to the longest, then shortened at random by up to a
    /// half ("equal jitter": M. Brooker, Exponential Backoff and Jitter, AWS Architecture Blog, 2015).
    /// </summary>
    public TimeSpan DelayAfter(int attempts)
    {
        double doubled = Delay.TotalMilliseconds * Math.Pow(2, attempts - 1);
        double longest = Math.Min(doubled, MaxDelay.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(longest * (0.5 + (Random.Shared.NextDouble() / 2)));
    }
}
