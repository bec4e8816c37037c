using System.Numerics;
using System.Runtime.InteropServices;

namespace ProducerConsumer.Benchmarks;

/// <summary>
/// A ring between one writing and one reading thread: each publishes its position once per batch, reads the other's only
/// when it must, and spins while it waits. Lamport, "Proving the correctness of multiprocess programs", 1977, with batches.
/// </summary>
internal sealed class SpscRing<T>
{
    private const int LargestBatch = 64;

    private readonly T[] _slots;
    private readonly int _mask;

    /// <summary>A small ring has several batches, too, or its sides would take turns.</summary>
    private readonly int _batchMask;
    private readonly RingPosition _written = new();
    private readonly RingPosition _read = new();

    public SpscRing(int capacity)
    {
        if (!BitOperations.IsPow2(capacity))
        {
            throw new ArgumentOutOfRangeException(nameof(capacity), capacity, "Give a power of two.");
        }

        _slots = new T[capacity];
        _mask = capacity - 1;
        _batchMask = Math.Clamp(capacity / 4, 1, LargestBatch) - 1;
    }

    public void Write(IEnumerable<T> items)
    {
        long position = 0;
        long end = _slots.Length;
        foreach (T item in items)
        {
            if (position == end)
            {
                Volatile.Write(ref _written.Value, position); // Releases the slots to the reader, which may be waiting for them.
                end = WaitFor(_read, position - _slots.Length) + _slots.Length;
            }

            _slots[position & _mask] = item;
            position++;
            if ((position & _batchMask) == 0)
            {
                Volatile.Write(ref _written.Value, position); // Releases the slots to the reader's WaitFor.
            }
        }

        Volatile.Write(ref _written.Value, position); // As above, the last batch.
    }

    public void Read(long items, Func<T, CancellationToken, ValueTask> handler)
    {
        for (long position = 0; position < items;)
        {
            long end = WaitFor(_written, position);
            while (position < end)
            {
                Handled.AtOnce(handler(_slots[position & _mask], CancellationToken.None));
                position++;
                if ((position & _batchMask) == 0)
                {
                    Volatile.Write(ref _read.Value, position); // Releases the slots to the writer's WaitFor.
                }
            }

            Volatile.Write(ref _read.Value, position); // As above: the writer may wait for less than a batch.
        }
    }

    /// <summary>Waits until the other side has come past a position. Never sleeps a millisecond, which would be 100,000 items.</summary>
    private static long WaitFor(RingPosition other, long passed)
    {
        SpinWait spin = default;
        long value;
        while ((value = Volatile.Read(ref other.Value)) == passed) // Acquires the slots that the other side released.
        {
            spin.SpinOnce(sleep1Threshold: -1);
        }

        return value;
    }
}

/// <summary>How far one side has come, alone in its cache lines.</summary>
[StructLayout(LayoutKind.Explicit, Size = 192)]
internal sealed class RingPosition
{
    [FieldOffset(64)]
    public long Value;
}
