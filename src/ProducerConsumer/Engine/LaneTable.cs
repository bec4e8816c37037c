using System.Numerics;
using System.Runtime.CompilerServices;

namespace ProducerConsumer;

/// <summary>
/// Numbers by hash code: those of the lanes, each for as long as its key has items. Most keys come and go with a single
/// item, so what counts is what adding and removing cost; and a number is removed without its key.
/// </summary>
/// <remarks>Chained, with multiplicative hashing (Knuth, The Art of Computer Programming 3, 6.4). Not synchronized.</remarks>
internal sealed class LaneTable
{
    /// <summary>The end of a chain.</summary>
    public const int None = -1;

    /// <summary>The hash of a number that is in no chain.</summary>
    private const int NoHash = -1;

    /// <summary>The first number of each chain, plus one; a power of two, and as many as there are entries.</summary>
    private int[] _buckets = new int[16];

    private Entry[] _entries = new Entry[16];

    /// <summary>How far a hash is to be shifted to give its bucket.</summary>
    private int _shift = 28;

    /// <summary>How many numbers were ever used.</summary>
    private int _used;

    /// <summary>The first of the numbers that are free again, linked.</summary>
    private int _free = None;

    /// <summary>The first number that was added with this hash, or with one that shares its chain.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int First(int hash) => BucketOf(hash & int.MaxValue) - 1;

    /// <summary>The next number after this one, which <see cref="First"/> or this gave.</summary>
    public int Next(int number) => _entries[number].Next;

    /// <summary>Whether the number was added with this hash.</summary>
    public bool Has(int number, int hash) => _entries[number].Hash == (hash & int.MaxValue);

    /// <summary>Adds a number, the smallest or one that was removed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Add(int hash)
    {
        hash &= int.MaxValue;
        int added = Rent();
        ref int bucket = ref BucketOf(hash);
        _entries[added] = new Entry(hash, bucket - 1);
        bucket = added + 1;
        return added;
    }

    /// <summary>Adds a number that cannot be found.</summary>
    public int Add()
    {
        int added = Rent();
        _entries[added] = new Entry(NoHash, None);
        return added;
    }

    public void Remove(int number)
    {
        Entry entry = _entries[number];
        if (entry.Hash != NoHash)
        {
            ref int bucket = ref BucketOf(entry.Hash);
            if (bucket == number + 1)
            {
                bucket = entry.Next + 1;
            }
            else
            {
                int before = bucket - 1;
                while (_entries[before].Next != number)
                {
                    before = _entries[before].Next;
                }

                _entries[before] = _entries[before] with { Next = entry.Next };
            }
        }

        _entries[number] = new Entry(NoHash, _free);
        _free = number;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Rent()
    {
        int number = _free;
        if (number != None)
        {
            _free = _entries[number].Next;
            return number;
        }

        return RentNew();
    }

    private int RentNew()
    {
        if (_used == _entries.Length)
        {
            Grow();
        }

        return _used++;
    }

    /// <summary>Makes room when all numbers are in use.</summary>
    private void Grow()
    {
        Array.Resize(ref _entries, 2 * _used);
        _buckets = new int[_entries.Length];
        _shift = 32 - BitOperations.Log2((uint)_buckets.Length);
        for (int number = 0; number < _used; number++)
        {
            int hash = _entries[number].Hash;
            if (hash != NoHash)
            {
                ref int bucket = ref BucketOf(hash);
                _entries[number] = new Entry(hash, bucket - 1);
                bucket = number + 1;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref int BucketOf(int hash) => ref _buckets[(int)(((uint)hash * 2654435769u) >> _shift)];

    /// <param name="Hash">The hash, without its sign.</param>
    /// <param name="Next">The next number of the same chain, or the next that is free.</param>
    private readonly record struct Entry(int Hash, int Next);
}
