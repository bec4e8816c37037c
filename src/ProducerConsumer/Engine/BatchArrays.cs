using System.Buffers;

namespace ProducerConsumer;

/// <summary>
/// The arrays of claims and local batches, kept from one run to the next. Not the shared pool of the process: an array
/// that somebody else gave back twice would let two workers hold the same items.
/// </summary>
internal static class BatchArrays<T>
{
    /// <summary>More workers than that which take several items at once allocate their arrays.</summary>
    private const int MaxKept = 256;

    public static ArrayPool<T> Pool { get; } = ArrayPool<T>.Create(maxArrayLength: 1024, MaxKept);
}
