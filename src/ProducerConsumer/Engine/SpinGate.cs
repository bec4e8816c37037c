using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace ProducerConsumer;

/// <summary>
/// The lock of a buffer: test-and-test-and-set, together with the numbers it guards. A monitor costs several times as
/// much when threads meet, and its queues would put the holder's successor to sleep for longer than any section here takes.
/// </summary>
/// <remarks>
/// Sections are short, and neither wait, nor run foreign code, nor enter a second gate, but that of the lanes or of the
/// intake inside of that of their buffer. Not reentrant. Who finds it taken spins, then gives up its time slice, because the holder may have been suspended.
/// </remarks>
internal sealed class SpinGate
{
    /// <summary>Guarded by this gate, but for the flag of the gate itself.</summary>
    public BufferState State;

    /// <summary>Whether somebody is inside; for assertions.</summary>
    public bool IsHeld => Volatile.Read(ref State.Taken) != 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Enter()
    {
        // The exchange is a full fence and pairs with the release in Exit: what earlier holders wrote is visible.
        if (Interlocked.CompareExchange(ref State.Taken, 1, 0) != 0)
        {
            EnterContended();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Exit()
    {
        Debug.Assert(IsHeld, "A section is left once.");

        // A release is enough: everything written inside is visible before the gate is seen free.
        Volatile.Write(ref State.Taken, 0);
    }

    private void EnterContended()
    {
        int round = 0;
        do
        {
            // Reads only, so that the line stays with its holder until it is free.
            while (Volatile.Read(ref State.Taken) != 0)
            {
                Background.BackOff(round++);
            }
        }
        while (Interlocked.CompareExchange(ref State.Taken, 1, 0) != 0);
    }
}
