using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ProducerConsumer;

/// <summary>
/// The lock of a buffer: test-and-test-and-set, alone in its cache lines. A monitor costs several times as much when
/// threads meet, and its queues would put the holder's successor to sleep for longer than any section here takes.
/// </summary>
/// <remarks>
/// Sections are short, and neither wait, nor run foreign code, nor enter a second gate. Not reentrant. Who finds it
/// taken spins, then gives up its time slice, because the holder may have been suspended.
/// </remarks>
internal sealed class SpinGate
{
    private State _state;

    /// <summary>Whether somebody is inside; for assertions.</summary>
    public bool IsHeld => Volatile.Read(ref _state.Taken) != 0;

    /// <summary>Enters; dispose what it returns to leave.</summary>
    public Section Enter()
    {
        // The exchange is a full fence and pairs with the release in Section.Dispose: what earlier holders wrote is visible.
        if (Interlocked.CompareExchange(ref _state.Taken, 1, 0) != 0)
        {
            EnterContended();
        }

        return new Section(this);
    }

    private void EnterContended()
    {
        int round = 0;
        do
        {
            // Reads only, so that the line stays with its holder until it is free.
            while (Volatile.Read(ref _state.Taken) != 0)
            {
                Background.BackOff(round++);
            }
        }
        while (Interlocked.CompareExchange(ref _state.Taken, 1, 0) != 0);
    }

    /// <summary>The time inside a gate.</summary>
    public readonly ref struct Section(SpinGate gate)
    {
        public void Dispose()
        {
            Debug.Assert(gate.IsHeld, "A section is left once.");

            // A release is enough: everything written inside is visible before the gate is seen free.
            Volatile.Write(ref gate._state.Taken, 0);
        }
    }

    /// <summary>The flag, with a cache line of 64 bytes and its prefetched neighbour to either side.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct State
    {
        /// <summary>0 when free, 1 when taken.</summary>
        [FieldOffset(128)]
        public int Taken;
    }
}
