namespace ProducerConsumer;

/// <summary>How a worker comes to items in a stage that handles those of one key one after the other.</summary>
internal abstract partial class ItemWorker<T>
{
    /// <summary>What the worker took from lanes, before it is in the claim; null for a stage without any.</summary>
    public Handful<T>? Hand { get; }

    private long _elapsed;

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
            if (taken == Taken.Solo)
            {
                taken = HaveKeys() ? Taken.Items : Taken.Lanes;
            }
        }
        while (taken == Taken.Lanes);
        return taken;
    }

    /// <summary>Whether the items that the worker took alone have keys. If not, all go to lanes, where it shows which one has none.</summary>
    private bool HaveKeys()
    {
        bool haveKeys = Stage.Buffer.CheckKeys(this);
        RestoreContext();
        if (!haveKeys)
        {
            Stage.Buffer.Offer(Claim);
        }

        return haveKeys;
    }

    /// <summary>How long the calls of the claim took together, in ticks of the real clock; 0 if that is not known, or was asked for before.</summary>
    public long TakeElapsed()
    {
        long elapsed = _elapsed;
        _elapsed = 0;
        return elapsed;
    }

    private void EndBatch()
    {
        _elapsed = _batchSize.End();
        if (Hand is not null)
        {
            _batchSize.Forget(); // What is done until the next batch, for lanes or for others, is left out.
        }
    }
}
