using System.Numerics;

namespace ProducerConsumer;

/// <inheritdoc/>
/// <remarks>
/// The keys stand in a hash table that is chained through the lanes themselves: most keys come and go with a single item,
/// so what a table costs is adding and removing. A lane is taken out by its number, for which no key is compared.
/// </remarks>
/// <param name="keyOf">The key of an item. It is code of the application's, as the keys are.</param>
/// <param name="comparer">Says which keys are the same; null for the default.</param>
/// <param name="stage">The name of the stage.</param>
internal sealed class Lanes<T, TKey>(Func<T, TKey> keyOf, IEqualityComparer<TKey>? comparer, string stage) : Lanes<T>
    where TKey : notnull
{
    /// <summary>The end of a chain.</summary>
    private const int None = -1;

    /// <summary>Says which keys are the same; null where the compiler knows it, which is several times as quick.</summary>
    private readonly IEqualityComparer<TKey>? _comparer =
        typeof(TKey).IsValueType && (comparer is null || comparer == EqualityComparer<TKey>.Default) ? null : comparer ?? EqualityComparer<TKey>.Default;

    /// <summary>The first lane of each chain, as its number plus one; a power of two, and at least as many as lanes. For the finder, like all that follows.</summary>
    private int[] _buckets = new int[16];

    /// <summary>The keys of the lanes.</summary>
    private Key[] _keys = new Key[16];

    /// <summary>How many numbers were ever used.</summary>
    private int _used;

    /// <summary>The first of the numbers that are free again, linked.</summary>
    private int _free = None;

    protected override void FindLanes(BoundedBuffer<T> buffer, int count)
    {
        for (int i = 0; i < count && !buffer.IsClosed; i++)
        {
            try
            {
                FoundLanes[i] = FindLane(Found[i]);
            }
            catch (Exception fault)
            {
                // The item gets a lane of its own, where it fails.
                FoundLanes[i] = Rent();
                FoundFaults ??= new Exception?[Found.Length];
                FoundFaults[i] = fault;
            }
        }
    }

    protected override void Forget(int lane)
    {
        ref Key key = ref _keys[lane];
        if (key.HasValue)
        {
            ref int bucket = ref BucketOf(key.Hash);
            if (bucket == lane + 1)
            {
                bucket = key.Next + 1;
            }
            else
            {
                int before = bucket - 1;
                while (_keys[before].Next != lane)
                {
                    before = _keys[before].Next;
                }

                _keys[before].Next = key.Next;
            }
        }

        key = new Key { Next = _free };
        _free = lane;
    }

    private int FindLane(T item)
    {
        TKey key = keyOf(item) ?? throw new InvalidOperationException(
            $"PartitionBy of stage '{stage}' returned null for an item. Return a key for every item.");
        int hash = _comparer is null ? EqualityComparer<TKey>.Default.GetHashCode(key) : _comparer.GetHashCode(key);
        Key[] keys = _keys;
        for (int lane = BucketOf(hash) - 1; lane >= 0; lane = keys[lane].Next)
        {
            if (keys[lane].Hash == hash && AreSame(keys[lane].Value, key))
            {
                return lane;
            }
        }

        int added = Rent();
        ref int bucket = ref BucketOf(hash);
        _keys[added] = new Key { Value = key, Hash = hash, HasValue = true, Next = bucket - 1 };
        bucket = added + 1;
        return added;
    }

    private bool AreSame(TKey one, TKey other) =>
        _comparer is null ? EqualityComparer<TKey>.Default.Equals(one, other) : _comparer.Equals(one, other);

    /// <summary>Multiplied by the golden ratio, so that all bits of the hash count (Knuth, The Art of Computer Programming 3, 6.4).</summary>
    private ref int BucketOf(int hash)
    {
        int[] buckets = _buckets;
        return ref buckets[(int)(((uint)hash * 2654435769u) >> (32 - BitOperations.Log2((uint)buckets.Length)))];
    }

    private int Rent()
    {
        int lane = _free;
        if (lane != None)
        {
            _free = _keys[lane].Next;
            return lane;
        }

        if (_used == _keys.Length)
        {
            Grow();
        }

        return _used++;
    }

    private void Grow()
    {
        Array.Resize(ref _keys, 2 * _used);
        _buckets = new int[_keys.Length];
        for (int lane = 0; lane < _used; lane++)
        {
            ref Key key = ref _keys[lane];
            if (key.HasValue)
            {
                ref int bucket = ref BucketOf(key.Hash);
                key.Next = bucket - 1;
                bucket = lane + 1;
            }
        }
    }

    private struct Key
    {
        public TKey Value;
        public int Hash;

        /// <summary>The next lane of the same chain, or the next number that is free.</summary>
        public int Next;

        /// <summary>Not that of a lane whose item has no key, or of a free number.</summary>
        public bool HasValue;
    }
}
