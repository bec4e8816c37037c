namespace ProducerConsumer;

/// <summary>How a worker comes to items in a stage that handles those of one key one after the other.</summary>
internal abstract partial class ItemWorker<T>
{
    /// <summary>What the worker took from lanes, before it is in the claim; null for a stage without any.</summary>
    public Handful<T>? Hand { get; }

    /// <summary>As <see cref="BoundedBuffer{T}.SettleAndClaim"/>, in a stage that handles the items of one key one after the other.</summary>
    private Taken TakeFromLanes(int most, bool suspended)
    {
        bool takes = !Claim.IsSolo;
        Taken taken;
        do
        {
            if (takes && Stage.Buffer.TakeFromLanes(this, most))
            {
                RestoreContext();
            }

            takes = true;
            taken = Stage.Buffer.SettleAndClaim(this, most, suspended);
            if (taken == Taken.Items && Claim.IsSolo)
            {
                bool haveKeys = Stage.Buffer.CheckKeys(this);
                RestoreContext();
                if (!haveKeys)
                {
                    _pace.Fail();
                    Stage.Buffer.Offer(Claim);
                    taken = Taken.Lanes;
                }
            }
        }
        while (taken == Taken.Lanes);
        return taken;
    }

    /// <summary>Whether calls are so quick that the worker could have the stage to itself.</summary>
    public bool IsQuick => _pace.IsQuick;

    private void JudgePace()
    {
        if (_batchSize.Elapsed > 0)
        {
            _pace.Judge(_batchSize.Elapsed, Claim.Filled);
            _batchSize.Forget(); // What comes next is no call: it is left out.
        }
    }
}
