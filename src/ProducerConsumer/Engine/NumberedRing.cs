using System.Numerics;
using System.Runtime.CompilerServices;

namespace ProducerConsumer;

/// <summary>
/// Values of consecutive numbers, of which the oldest go while new ones come: in one circular array, whose length is a power
/// of two. Not synchronized.
/// </summary>
internal struct NumberedRing<TValue>()
{
    private TValue[] _values = new TValue[16];

    /// <summary>The value of a number. A number that is new has what was left in its place.</summary>
    public readonly ref TValue this[long number] => ref _values[number & (_values.Length - 1)];

    /// <summary>Makes room for that many numbers, the first of which are in use.</summary>
    /// <param name="count">How many.</param>
    /// <param name="first">The first number in use.</param>
    /// <param name="end">Where the numbers in use end.</param>
    public void Reserve(int count, long first, long end)
    {
        if (count > _values.Length)
        {
            NumberedRing<TValue> larger = new() { _values = new TValue[(int)BitOperations.RoundUpToPowerOf2((uint)count)] };
            for (long number = first; number < end; number++)
            {
                larger[number] = this[number];
            }

            this = larger;
        }
    }

    /// <summary>Copies the values of consecutive numbers in; there is room for them.</summary>
    public readonly void Write(long first, ReadOnlySpan<TValue> values)
    {
        Span<TValue> straight = From(first, values.Length);
        values[..straight.Length].CopyTo(straight);
        values[straight.Length..].CopyTo(_values);
    }

    /// <summary>Copies the values of consecutive numbers out.</summary>
    public readonly void Read(long first, Span<TValue> values)
    {
        Span<TValue> straight = From(first, values.Length);
        straight.CopyTo(values);
        _values.AsSpan(0, values.Length - straight.Length).CopyTo(values[straight.Length..]);
    }

    /// <summary>Keeps nothing alive that is not needed any more.</summary>
    public readonly void Forget(long first, int count)
    {
        if (RuntimeHelpers.IsReferenceOrContainsReferences<TValue>())
        {
            Span<TValue> straight = From(first, count);
            straight.Clear();
            _values.AsSpan(0, count - straight.Length).Clear();
        }
    }

    /// <summary>The values up to the end of the array.</summary>
    private readonly Span<TValue> From(long first, int count)
    {
        int index = (int)(first & (_values.Length - 1));
        return _values.AsSpan(index, Math.Min(count, _values.Length - index));
    }
}
