namespace ProducerConsumer.StressTests;

/// <summary>
/// Which items of a stage fail, and what its policy makes of them. Only where a call that fails has emitted nothing:
/// a call that is repeated emits again.
/// </summary>
internal sealed record FlowFailing
{
    /// <summary>Of that many items one fails.</summary>
    public required int OneOf { get; init; }

    /// <summary>The most calls for one item; 1 if it is not delivered again.</summary>
    public required int MaxAttempts { get; init; }

    /// <summary>How long an item waits for its second call, on the clock of the flow.</summary>
    public required TimeSpan Delay { get; init; }

    /// <summary>Of that many dead letters the handler fails to take one; 0 if items are skipped.</summary>
    public required int LettersOneOf { get; init; }

    /// <summary>How many failures are allowed; null for any number.</summary>
    public required int? Budget { get; init; }

    public bool Redelivers => MaxAttempts > 1;

    /// <summary>Whether the call fails. Some items fail for good.</summary>
    public bool Fails(Parcel item, int attempt, int salt) =>
        item.Roll(salt + OneOf, OneOf) == 0 && attempt <= 1 + item.Roll(salt + MaxAttempts, MaxAttempts);

    public bool FailsLetter(Parcel item, int salt) => item.Roll(salt + LettersOneOf, LettersOneOf) == 0;

    public void Apply<T>(FailurePolicy<T> policy, Func<T, ItemFailure, CancellationToken, ValueTask> letter)
    {
        if (Redelivers)
        {
            policy.Redeliver(MaxAttempts, Delay);
        }

        if (LettersOneOf > 0)
        {
            policy.DeadLetter(letter);
        }
        else
        {
            policy.Skip();
        }

        if (Budget is { } budget)
        {
            policy.StopAfter(budget);
        }
    }

    public override string ToString() =>
        $"1 of {OneOf} fails, {MaxAttempts} attempts, {(LettersOneOf > 0 ? $"dead letters of which 1 of {LettersOneOf} fails" : "skipped")}, {(Budget is { } budget ? $"{budget}" : "any number")} allowed";
}
