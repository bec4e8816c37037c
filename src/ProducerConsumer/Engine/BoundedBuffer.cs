using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace ProducerConsumer;

/// <summary>
/// The bounded channel between two pools: a <see cref="Channel{T}"/> with that type's whole contract, which keeps the
/// books of the stage it feeds and can be closed with its contents handed back.
/// </summary>
/// <remarks>
/// <para>One lock guards the items but the newest (<see cref="Intake{T}"/>), the four waiter lists, the books, the claims of
/// the workers and their number. Whatever runs foreign code (completing a wait, starting a worker, a drop handler) is noted
/// in <see cref="Signals"/> under the lock and raised after it.</para>
/// <para>Most writes and reads need to look at little: whether there is room, and whether anybody is to be told. What has
/// to be told is kept in <see cref="BufferState.Detours"/>, brought up to date whenever a section ends that can change it
/// (<see cref="Section"/>); a write that finds none set is the short path. Single writes that follow go into the intake,
/// which the next section takes in, unless it is that of a worker who finds older items.</para>
/// <para>Invariants, with the lock free and the intake closed: a parked reader means no items; a parked writer means a full
/// buffer; an ended buffer has no parked reader and no parked writer but those whose item is already accepted; the books
/// close.</para>
/// <para>Here and in what works with the buffer, the short steps that come with each batch or wait are inlined by attribute:
/// what the compiler learns of a process is how its first pipelines ran, and steps that they seldom took would be calls in
/// all others.</para>
/// <para>The in-box bounded channel cannot stand here: dotnet/runtime issues 131141 and 132094 (items lost and writers
/// broken under cancellation).</para>
/// </remarks>
internal sealed partial class BoundedBuffer<T> : Channel<T>, IWaiterHost
{
    private readonly SpinGate _gate = new();
    private readonly BoundedChannelFullMode _fullMode;

    /// <summary>Told each dropped item, outside the lock, and does not throw; null when the mode drops nothing.</summary>
    private readonly Action<T>? _onDropped;

    /// <summary>Told what foreign code threw where nobody can be blamed; null when nobody listens.</summary>
    private readonly Action<Exception>? _onForeignFault;

    /// <summary>The accepted items that nobody has taken, oldest first; those in the intake come after them.</summary>
    private readonly RingQueue<T> _items;

    /// <summary>Parked <see cref="ChannelReader{T}.ReadAsync"/> calls; each gets an item of its own.</summary>
    private readonly WaiterList _readers = new();

    /// <summary>Parked <see cref="ChannelReader{T}.WaitToReadAsync"/> calls; all wake together.</summary>
    private readonly WaiterList _readWatchers = new();

    /// <summary>Parked writes, each with its items; a freed slot is filled from here before anyone else can see it.</summary>
    private readonly WaiterList _writers = new();

    /// <summary>Parked <see cref="ChannelWriter{T}.WaitToWriteAsync"/> calls; all wake together.</summary>
    private readonly WaiterList _writeWatchers = new();

    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Ledger _ledger = new();

    /// <summary>How many items of parked writes are accepted already.</summary>
    private long _parkedAccepted;

    /// <summary>No further item is let in: completed or closed.</summary>
    private bool _ended;

    /// <summary>The contents were taken out, and what comes back later is handed back too. Implies <see cref="_ended"/>.</summary>
    private bool _closed;

    /// <summary>Ended and empty: nothing will ever be read again. Set once.</summary>
    private bool _finished;

    /// <summary>Why the buffer ended; null for an ordinary end.</summary>
    private Exception? _error;

    /// <summary>Those who are told, by work items of their own, what became of items. Guarded by the lock.</summary>
    private readonly List<Telling> _tellings = [];

    /// <param name="capacity">The most items that wait here: 1 or more. Memory grows with use, not with this bound.</param>
    /// <param name="fullMode">What a write does when the buffer is full.</param>
    /// <param name="onDropped">Receives each dropped item; runs on the writer's stack, outside the lock. Must not throw.</param>
    /// <param name="onForeignFault">Receives what contexts throw that a waiter wants to go on in. Must not throw.</param>
    public BoundedBuffer(
        int capacity,
        BoundedChannelFullMode fullMode = BoundedChannelFullMode.Wait,
        Action<T>? onDropped = null,
        Action<Exception>? onForeignFault = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        Capacity = capacity;
        _quickClaim = Math.Clamp(capacity / 8, 2, 16);
        _fullMode = fullMode;
        _onDropped = onDropped;
        _onForeignFault = onForeignFault;
        _items = new RingQueue<T>(capacity, _gate);
        _writeWaiters = new(new WaiterPolicy<WriteWaiter>(() => new WriteWaiter(this)), WaiterPolicy<WriteWaiter>.MaxRetained);
        _watchers = new(new WaiterPolicy<Watcher>(() => new Watcher(this)), WaiterPolicy<Watcher>.MaxRetained);
        Reader = new BufferReader(this);
        Writer = new BufferWriter(this);
    }

    public int Capacity { get; }

    /// <summary>Completes when everybody was told what became of his items. To be read when the workers have ended.</summary>
    public Task Told
    {
        get
        {
            using (EnterSection())
            {
                return Task.WhenAll(_tellings.Select(static telling => telling.Completion));
            }
        }
    }

    /// <summary>The most items that a worker takes at once: 1 to 1024.</summary>
    public int MaxBatch { get; init; } = 64;

    public int Count
    {
        get
        {
            using (EnterSection())
            {
                return _items.Count;
            }
        }
    }

    /// <summary>Whether the contents were handed back; read without the lock, for those who would call code for them.</summary>
    public bool IsClosed => Volatile.Read(ref _closed);

    /// <summary>Whether every item so far is settled, though more may come.</summary>
    public bool IsIdle
    {
        get
        {
            using (EnterSection())
            {
                return _items.Count == 0 && _returned.Count == 0 && _redeliveries.Count == 0 && _writers.IsEmpty && _busy is null
                    && _window is null or { IsEmpty: true } && _laned == 0
                    && _kept.TrueForAll(static kept => kept.Count == 0);
            }
        }
    }

    public bool TryCancel(Waiter waiter, CancellationToken token)
    {
        using (EnterSection())
        {
            if (waiter.IsSettled)
            {
                return false;
            }

            waiter.List?.Remove(waiter);
            waiter.Fail_NeedsLock(new OperationCanceledException(token));
            return true;
        }
    }

    public void RecordForeignFault(Exception error) => _onForeignFault?.Invoke(error);

    /// <summary>Enters the lock for a section that may change what writes have to look at.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Section EnterSection()
    {
        _gate.Enter();
        CloseIntake_NeedsLock();
        AssertInvariants_NeedsLock();
        return new Section(this);
    }

    /// <summary>Leaves the lock before it fails, so that only its caller does.</summary>
    [Conditional("DEBUG")]
    private void AssertInvariants_NeedsLock()
    {
        try
        {
            AssertState_NeedsLock();
        }
        catch
        {
            _gate.Exit();
            throw;
        }
    }

    private void AssertState_NeedsLock()
    {
        Debug.Assert(_gate.IsHeld, "Called under the lock.");
        Debug.Assert(_readers.IsEmpty || _items.Count == 0, "A parked reader means no items.");
        Debug.Assert(_writers.IsEmpty || _items.IsFull, "A parked writer means a full buffer.");
        Debug.Assert((_gate.State.Detours & Detours.Intake) == 0 || _gate.State.Detours == Detours.Intake, "Nobody is to be told of an item while the intake is open.");
        Debug.Assert(!_ended || _readers.IsEmpty, "An ended buffer has no parked reader.");
        Debug.Assert(!_closed || (_items.Count == 0 && _writers.IsEmpty), "A closed buffer is empty.");
        Debug.Assert(_soloist is null || _soloist.IsLinked, "Who has the stage to itself is at work.");
        Debug.Assert(_workers is null || !HasOwnWork_NeedsLock || _workers.IsManned_NeedsLock, "An item never waits for a worker that nobody starts.");
        _ledger.AssertBalanced_NeedsLock(
            _gate.State.Accepted, _gate.State.Completed, _gate.State.Claimed, waiting: _items.Count + _parkedAccepted + _redeliveries.Count + _laned);
    }

    /// <summary>The time inside the lock.</summary>
    private readonly ref struct Section(BoundedBuffer<T> buffer)
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Dispose()
        {
            Detours detours = buffer._gate.State.Detours & Detours.Intake;
            if (buffer._ended)
            {
                detours |= Detours.Ended;
            }

            if (!buffer._readers.IsEmpty || !buffer._readWatchers.IsEmpty)
            {
                detours |= Detours.Readers;
            }

            if (buffer._workers?.CanCall_NeedsLock == true && buffer.CanStart_NeedsLock)
            {
                detours |= Detours.Workers;
            }

            buffer._gate.State.Detours = detours;
            buffer._gate.Exit();
        }
    }
}
