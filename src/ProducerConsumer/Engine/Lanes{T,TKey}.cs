using System.Runtime.InteropServices;

namespace ProducerConsumer;

/// <inheritdoc/>
/// <param name="keyOf">The key of an item. It is code of the application's, as the keys are.</param>
/// <param name="comparer">Says which keys are the same.</param>
/// <param name="stage">The name of the stage.</param>
internal sealed class Lanes<T, TKey>(Func<T, TKey> keyOf, IEqualityComparer<TKey> comparer, string stage) : Lanes<T>
    where TKey : notnull
{
    /// <summary>The lane of each key. For the dispatcher, like all that follows.</summary>
    private readonly Dictionary<TKey, int> _laneOf = new(comparer);

    /// <summary>Numbers that are free again.</summary>
    private readonly Stack<int> _free = new();

    /// <summary>The keys of the lanes.</summary>
    private Key[] _keys = new Key[16];

    /// <summary>How many numbers were ever used.</summary>
    private int _used;

    public override void FindLanes(BoundedBuffer<T> items)
    {
        foreach (int lane in Unused)
        {
            _keys[lane].IsUnused = true;
        }

        for (int i = 0; i < FoundCount && !items.IsClosed; i++)
        {
            try
            {
                FoundLanes[i] = FindLane(Found[i]);
            }
            catch (Exception fault)
            {
                // The item gets a lane of its own, where it fails.
                FoundLanes[i] = Rent(default);
                FoundFaults ??= new Exception?[Found.Length];
                FoundFaults[i] = fault;
            }
        }

        foreach (int lane in Unused)
        {
            if (_keys[lane].IsUnused)
            {
                Forget(lane);
            }
        }

        Unused.Clear();
    }

    private int FindLane(T item)
    {
        TKey key = keyOf(item) ?? throw new InvalidOperationException(
            $"PartitionBy of stage '{stage}' returned null for an item. Return a key for every item.");
        ref int lane = ref CollectionsMarshal.GetValueRefOrAddDefault(_laneOf, key, out bool exists);
        if (exists)
        {
            _keys[lane].IsUnused = false;
        }
        else
        {
            lane = Rent(new Key { HasValue = true, Value = key });
        }

        return lane;
    }

    private int Rent(Key key)
    {
        if (!_free.TryPop(out int lane))
        {
            lane = _used++;
            if (lane == _keys.Length)
            {
                Array.Resize(ref _keys, 2 * lane);
            }
        }

        _keys[lane] = key;
        return lane;
    }

    private void Forget(int lane)
    {
        try
        {
            if (_keys[lane].HasValue)
            {
                _laneOf.Remove(_keys[lane].Value);
            }
        }
        catch (Exception)
        {
            return; // A key that cannot be compared any more keeps its lane.
        }

        _keys[lane] = default;
        _free.Push(lane);
    }

    private struct Key
    {
        public TKey Value;
        public bool HasValue;

        /// <summary>Whether the lane is to be forgotten.</summary>
        public bool IsUnused;
    }
}
