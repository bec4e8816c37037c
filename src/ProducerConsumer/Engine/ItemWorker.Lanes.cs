namespace ProducerConsumer;

/// <summary>How a worker comes to items in a stage that handles those of one key one after the other.</summary>
internal abstract partial class ItemWorker<T>
{
    /// <summary>What the worker took from lanes, before it is in the claim; null for a stage without any.</summary>
    public Handful<T>? Hand { get; }

    /// <summary>As <see cref="BoundedBuffer{T}.SettleAndClaim"/>, in a stage that handles the items of one key one after the other.</summary>
    private Taken TakeFromLanes(int most, bool suspended)
    {
        Taken taken;
        do
        {
            if (Stage.Buffer.TakeFromLanes(this, most))
            {
                RestoreContext();
            }

            taken = Stage.Buffer.SettleAndClaim(this, most, suspended);
        }
        while (taken == Taken.Lanes);
        return taken;
    }
}
