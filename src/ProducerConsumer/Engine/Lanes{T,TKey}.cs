using System.Runtime.CompilerServices;

namespace ProducerConsumer;

/// <inheritdoc/>
/// <param name="keyOf">The key of an item. It is code of the application's, as the keys are.</param>
/// <param name="comparer">Says which keys are the same; null for the default.</param>
/// <param name="stage">The name of the stage.</param>
internal sealed class Lanes<T, TKey>(Func<T, TKey> keyOf, IEqualityComparer<TKey>? comparer, string stage)
    : Lanes<T>(forgetsKeys: RuntimeHelpers.IsReferenceOrContainsReferences<TKey>())
    where TKey : notnull
{
    /// <summary>Says which keys are the same; null where the compiler knows it, which is several times as quick.</summary>
    private readonly IEqualityComparer<TKey>? _comparer =
        typeof(TKey).IsValueType && (comparer is null || comparer == EqualityComparer<TKey>.Default) ? null : comparer ?? EqualityComparer<TKey>.Default;

    /// <summary>The keys of the lanes.</summary>
    private TKey[] _keys = new TKey[16];

    protected override void FindLanes(BoundedBuffer<T> buffer, int count)
    {
        T[] picked = Picked;
        int[] lanes = PickedLanes;
        for (int i = 0; i < count; i++)
        {
            try
            {
                while (i < count && !buffer.IsClosed)
                {
                    lanes[i] = FindLane(picked[i]);
                    i++;
                }

                return;
            }
            catch (Exception fault)
            {
                // The item gets a lane of its own, where it fails.
                lanes[i] = Table.Add();
                PickedFaults ??= new Exception?[picked.Length];
                PickedFaults[i] = fault;
            }
        }
    }

    // Optimized from the first call on: there is nothing to learn about it that is worth the time until then, when each key
    // costs ten times as much.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override bool HaveKeys(BoundedBuffer<T> buffer, int count)
    {
        Func<T, TKey> key = keyOf;
        try
        {
            foreach (T item in Picked.AsSpan(0, count))
            {
                if (buffer.IsClosed || key(item) is null)
                {
                    return false;
                }
            }

            return true;
        }
        catch (Exception)
        {
            return false; // It is thrown again when the lane of the item is looked for.
        }
    }

    protected override void ForgetKey(int lane)
    {
        // A lane without a key may have a number that is beyond all keys.
        if (lane < _keys.Length)
        {
            _keys[lane] = default!;
        }
    }

    private int FindLane(T item)
    {
        TKey key = keyOf(item) ?? throw new InvalidOperationException(
            $"PartitionBy of stage '{stage}' returned null for an item. Return a key for every item.");
        int hash = _comparer is null ? EqualityComparer<TKey>.Default.GetHashCode(key) : _comparer.GetHashCode(key);
        LaneTable table = Table;
        for (int lane = table.First(hash); lane != LaneTable.None; lane = table.Next(lane))
        {
            if (table.Has(lane, hash) && AreSame(_keys[lane], key))
            {
                return lane;
            }
        }

        int added = table.Add(hash);
        if (added >= _keys.Length)
        {
            Array.Resize(ref _keys, Math.Max(added + 1, 2 * _keys.Length));
        }

        _keys[added] = key;
        return added;
    }

    private bool AreSame(TKey one, TKey other) =>
        _comparer is null ? EqualityComparer<TKey>.Default.Equals(one, other) : _comparer.Equals(one, other);
}
