namespace ProducerConsumer;

/// <summary>A worker of a stage: settles each item by how the call of the stage's code for it ended, and by the stage's rules.</summary>
internal sealed class SettlingWorker<T> : ItemWorker<T>
{
    private readonly FailureRules<T> _rules;

    /// <summary>Gives completed items back; null when they are nobody else's.</summary>
    private readonly Recycler<T>? _recycler;

    public SettlingWorker(
        BufferedStage<T> stage,
        FailureRules<T> rules,
        Func<ItemWorker<T>, WorkerCode<T>> createCode,
        Outlet? outlet = null,
        Recycler<T>? recycler = null)
        : base(stage, createCode, outlet)
    {
        _rules = rules;
        _recycler = recycler;
        CountsSuccesses = rules.Budget.CountsSuccesses || recycler is not null;
    }

    protected override ValueTask JudgeAsync(Exception error, CallResults results)
    {
        if (Settlement.IsCancellation(Stage, error, results, Token))
        {
            SettleCanceled(results);
            return default;
        }

        int attempt = Claim.Attempts + 1;
        bool isFinal = attempt >= _rules.MaxAttempts || Claim.IsKept; // What is kept is not this worker's to give away any more.
        if (!isFinal && !Stage.Run.IsClosed)
        {
            Stage.Buffer.Redeliver(Claim, _rules.DelayAfter(attempt), Stage.Run.TimeProvider);
            return default;
        }

        ItemFailure failure = ItemFailure.OfItem(Stage.Name, Claim.Current, attempt, error);
        if (Stage.Run.IsClosed || _rules.Action == FailureAction.Stop || !_rules.Budget.TryFail())
        {
            Stop(failure);
            return default;
        }

        if (_rules.Action == FailureAction.DeadLetter && !Claim.IsKept)
        {
            return DeadLetterAsync(failure);
        }

        Skip(failure);
        return default;
    }

    protected override void JudgeCode(Exception error, CallResults results)
    {
        if (!Settlement.IsCancellation(Stage, error, results, Token))
        {
            Stage.Run.Log.Faulted(Stage.Run.Fault(new ItemFailure(Stage.Name, error)));
        }
    }

    protected override void Succeed()
    {
        _rules.Budget.Succeed();
        _recycler?.GiveBack();
    }

    /// <summary>First the stop: the sooner the buffers close, the fewer items are begun in vain. Last the log, which may block.</summary>
    private void Stop(ItemFailure failure)
    {
        failure = Stage.Run.Fault(failure);
        SettleFailed();
        Stage.Run.Log.Faulted(failure);
    }

    private void Skip(ItemFailure failure)
    {
        SettleFailed();
        Stage.Run.RecordFailure(failure);
    }

    private async ValueTask DeadLetterAsync(ItemFailure failure)
    {
        try
        {
            await _rules.DeadLetter!(Claim.Current, failure, Token).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            if (Settlement.IsCancellation(Stage, error, CallResults.None, Token))
            {
                SettleCanceled(CallResults.None);
                return;
            }

            ItemFailure both = ItemFailure.OfItem(
                Stage.Name, Claim.Current, failure.Attempt, new AggregateException("The dead-letter handler failed too.", failure.Exception, error));
            if (Stage.Run.IsClosed || !_rules.Budget.TryFail())
            {
                Stop(both);
            }
            else
            {
                Skip(both);
            }

            return;
        }

        SettleDeadLettered();
        Stage.Run.RecordFailure(failure);
    }
}
