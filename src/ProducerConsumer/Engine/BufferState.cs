using System.Runtime.InteropServices;

namespace ProducerConsumer;

/// <summary>
/// The numbers of a buffer that change with every item, beside the lock that guards them: whoever takes the lock over from
/// another core gets them with it, or with the next cache line. A line and its prefetched neighbour lie to either side.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct BufferState
{
    /// <summary>The lock: 0 when free, 1 when taken.</summary>
    [FieldOffset(128)]
    public int Taken;

    /// <summary>The slot of the oldest item.</summary>
    [FieldOffset(132)]
    public int Head;

    /// <summary>The items that nobody has taken.</summary>
    [FieldOffset(136)]
    public int Count;

    /// <summary>Why a write may not just put its item behind the others; none in the steady state.</summary>
    [FieldOffset(140)]
    public Detours Detours;

    /// <summary>Items that were taken in, counted by those who write them, and those of the intake by who closes it.</summary>
    [FieldOffset(144)]
    public long Accepted;

    /// <summary>Items whose call returned, counted by those who made it.</summary>
    [FieldOffset(152)]
    public long Completed;

    /// <summary>Items in the hands of workers: taken out of the buffer, and their outcome not booked yet.</summary>
    [FieldOffset(160)]
    public long Claimed;
}

/// <summary>What a write has to look at besides the room.</summary>
[Flags]
internal enum Detours
{
    None = 0,

    /// <summary>No further item is let in.</summary>
    Ended = 1,

    /// <summary>Somebody outside of the pipeline waits for an item.</summary>
    Readers = 2,

    /// <summary>A worker can be called, and none is on its way.</summary>
    Workers = 4,

    /// <summary>Single writes go into the intake. Never together with another reason: then it is closed.</summary>
    Intake = 8,
}
