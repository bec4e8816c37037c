using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace ProducerConsumer;

/// <summary>
/// Single writes, while the workers have enough to do. The intake is open only as long as nobody needs to be told of an
/// item, and every section that looks at more than the oldest items closes it first: so all others find the buffer as if
/// there were none.
/// </summary>
internal sealed partial class BoundedBuffer<T>
{
    /// <summary>An intake for fewer items is not worth its opening.</summary>
    private const int MinIntake = 5;

    /// <summary>The items that came after those in <see cref="_items"/>.</summary>
    private readonly Intake<T> _intake = new();

    /// <summary>
    /// At most half of the capacity, so that the intake is filled while the workers empty the rest. None in a drop mode, and
    /// none where workers take one item at a time.
    /// </summary>
    private int MaxIntake => _fullMode == BoundedChannelFullMode.Wait && MaxBatch > 1 ? Math.Min(32, Capacity / 2) : 0;

    /// <summary>
    /// The short path of a single write that found the intake full or closed. Nothing in the section can throw, so it is left
    /// without a handler.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryWriteAndOpen(T item, Edge? edge)
    {
        // Read without the lock: who sees an old value finds out under it.
        if ((_gate.State.Detours & ~Detours.Intake) != 0 || _items.Count >= Capacity)
        {
            return false;
        }

        if (_intake.Size == 0 && _workers is not null && MaxIntake >= MinIntake)
        {
            _intake.Reserve(MaxIntake);
        }

        _gate.Enter();
        CloseIntake_NeedsLock();
        AssertInvariants_NeedsLock();
        bool written = TryAddQuickly_NeedsLock(item, edge);
        if (written)
        {
            OpenIntake_NeedsLock();
        }

        _gate.Exit();
        return written;
    }

    /// <summary>
    /// Enters the lock for a worker that wants items. When there are some it leaves the intake open: it takes the oldest,
    /// works on, and comes back for the others. Not one that was called, after which the next may be. A soloist closes it
    /// when he finds that he does not go on.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Section EnterClaim(ItemWorker<T> worker)
    {
        _gate.Enter();
        if (worker.IsCalled || (Startable_NeedsLock == 0 && !worker.Claim.IsSolo))
        {
            CloseIntake_NeedsLock();
        }

        AssertInvariants_NeedsLock();
        return new Section(this);
    }

    /// <summary>
    /// Enters the lock for a section about results. When there are items in front of the intake it leaves that open: if
    /// there is room for one more to be begun, a worker is called for those.
    /// </summary>
    private Section EnterRelease()
    {
        _gate.Enter();
        if (_items.Count == 0)
        {
            CloseIntake_NeedsLock();
        }

        AssertInvariants_NeedsLock();
        return new Section(this);
    }

    /// <summary>
    /// Has the next writes go into the intake, if there is room in the array, which nobody else can take while it is open.
    /// Nobody is to be told of an item.
    /// </summary>
    private void OpenIntake_NeedsLock()
    {
        int room = Math.Min(_intake.Size, _items.QuickRoom);
        if (room >= MinIntake)
        {
            _gate.State.Detours = Detours.Intake;
            _intake.Open_NeedsLock(room);
        }
    }

    /// <summary>Puts the items of the intake behind the others. Nobody is to be told, or it would not be open.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void CloseIntake_NeedsLock()
    {
        if ((_gate.State.Detours & Detours.Intake) != 0)
        {
            TakeIntake_NeedsLock();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void TakeIntake_NeedsLock()
    {
        _gate.State.Accepted += _intake.CloseInto_NeedsLock(_items);
        _gate.State.Detours &= ~Detours.Intake;
    }
}
