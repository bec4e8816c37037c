using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace ProducerConsumer;

/// <summary>
/// The items that one worker took out of its buffer: those not started yet, the one whose call is running, and how many
/// calls have returned since the books were brought up to date.
/// </summary>
/// <remarks>
/// <para>The owner starts one item after the other without a lock and without an interlocked operation, which would cost
/// more than most of what it protects. Others take items away only when the owner is stuck in user code or the buffer
/// closes: seldom, so they bear the cost. The protocol is the one of the Cilk-5 work queue (Frigo, Leiserson, Randall,
/// PLDI 1998) with the owner's fence replaced by a process-wide barrier on the other side.</para>
/// <para>The owner announces an item (<see cref="_next"/>), then looks whether it may have it (<see cref="_limit"/>). Who
/// takes items away, under the buffer's lock, first lowers the limit, then passes a barrier on all cores, then reads what
/// was announced. So an owner that did not see the lower limit had announced its item before the barrier, and the item
/// is left to it; an owner that sees it asks under the lock.</para>
/// </remarks>
/// <param name="outlet">Where the calls for the items put their results; null if there are none.</param>
internal sealed partial class Claim<T>(Outlet? outlet = null)
{
    /// <summary>
    /// How many items the owner has started; for a moment also the one that it announced and may not have. Written by the
    /// owner, and by whoever fills the claim of a parked owner, under the lock; what queues the owner then publishes it.
    /// </summary>
    private int _next;

    /// <summary>How far the owner may go without asking: <see cref="_end"/>, or 0 while somebody takes items away. Written under the lock.</summary>
    private int _limit;

    /// <summary>Where the items end that are still the owner's. Guarded by the lock.</summary>
    private int _end;

    /// <summary>Where they ended when the claim was filled, or when the owner last asked. For the owner.</summary>
    private int _filled;

    /// <summary>How many calls have ended since the last fill. Written by the owner, read by whoever copies the books.</summary>
    private int _settled;

    /// <summary>How many of <see cref="_settled"/> are in the books. Guarded by the lock.</summary>
    private int _booked;

    /// <summary>One slot of the claim's own, until the owner takes several items at once: then rented.</summary>
    private T[] _items = new T[1];

    /// <summary>The contexts of the items, when <see cref="HasContexts"/>.</summary>
    private ItemContext?[] _contexts = [];

    /// <summary>Whether items of this fill may have contexts. For the owner.</summary>
    public bool HasContexts { get; private set; }

    /// <summary>The context of the item of the call that the owner started last; null for none. For the owner, until it settles the call.</summary>
    public ItemContext? CurrentContext => HasContexts ? _contexts[_next - 1] : null;

    /// <summary>How many calls were begun for the one item of this fill before: more than 0 when it is delivered again.</summary>
    public int Attempts { get; set; }

    /// <summary>Numbers the fills of all claims of a buffer: the older one has the smaller number. Guarded by the lock.</summary>
    public long Ticket { get; private set; }

    /// <summary>The ticket that the watchdog saw last. Guarded by the lock.</summary>
    public long SeenTicket { get; set; }

    /// <summary>Where the calls for the items put their results; null if there are none.</summary>
    public Outlet? Outlet => outlet;

    /// <summary>How many results of the call that is running the next stage has. Approximate while the owner works.</summary>
    public int Emitted => outlet?.Emitted ?? 0;

    /// <summary>Whether the owner has put results into the next buffer, and ends their release when it comes for items. For the owner.</summary>
    public bool HasReleased { get; set; }

    /// <summary>How many items the last fill brought. For the owner.</summary>
    public int Filled => _filled;

    /// <summary>Whether an item waits that was put into the worker's hands. For the owner, before it starts anything.</summary>
    public bool IsFresh => _next == 0 && _filled > 0;

    /// <summary>The item of the call that the owner started last; for the owner, until it settles the call.</summary>
    public T Current => _items[_next - 1];

    /// <summary>The most items that a fill can bring.</summary>
    public int Size => _items.Length;

    /// <summary>Whether <see cref="TryStart"/> announced an item that it was refused. For the owner, after it returned false.</summary>
    public bool IsRefused => _next > _settled;

    /// <summary>How many items are not started. Approximate while the owner works.</summary>
    public int Unstarted => Math.Max(0, _end - Volatile.Read(ref _next));

    /// <summary>Takes the next item to start it. By the owner; false when there is none, or when <see cref="IsRefused"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryStart(out T item)
    {
        int index = _next;
        if (index != _filled)
        {
            // First announced, then looked. That the compiler keeps two volatile accesses in their order is how .NET's
            // compilers work, though the memory model would let a read go first; that the processor does not keep it is
            // what the barrier of those who take items away makes up for (BeginTake_NeedsLock).
            Volatile.Write(ref _next, index + 1);
            if (index < Volatile.Read(ref _limit))
            {
                item = _items[index];
                return true;
            }
        }

        item = default!;
        return false;
    }

    /// <summary>Decides on an item that was refused: it is the owner's if it was announced in time. If not, nothing is left for the owner.</summary>
    public bool TryStartRefused_NeedsLock(out T item)
    {
        bool mine = _next <= _end;
        if (!mine)
        {
            Volatile.Write(ref _next, _end);
            _filled = _end;
        }

        item = mine ? Current : default!;
        return mine;
    }

    /// <summary>The call has ended, and all that is left to do is to count it. By the owner.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Settle()
    {
        if (IsKept)
        {
            IsKept = false;
            _kept++;
        }

        Volatile.Write(ref _settled, _settled + 1); // Pairs with Look: counted once, as running or as ended.
    }

    /// <summary>The call that was started last has ended and is in the books already. By the owner.</summary>
    public void SettleBooked_NeedsLock()
    {
        _booked++;
        Settle();
        Left = Math.Max(Left, _settled);
    }

    /// <summary>
    /// How many of the first calls have ended that are not in the books yet. Their items are done with. By the owner, or, in
    /// a stage with an order, which keeps nothing, by anybody.
    /// </summary>
    public int TakeSettled_NeedsLock(int settled)
    {
        Clear(0, settled);
        int count = settled - _booked - _kept;
        _booked = settled;
        _kept = 0;
        return count;
    }

    /// <summary>Fills the claim, in which everything is done and booked: where to put the items.</summary>
    public Span<T> Fill_NeedsLock(int count, long ticket)
    {
        Debug.Assert(Unstarted == 0 && _settled == _booked, "Filled when everything in it is done and booked.");
        Ticket = ticket;
        _next = 0;
        _settled = 0;
        _booked = 0;
        _kept = 0;
        Left = 0;
        IsSolo = false;
        IsSuspended = false;
        _filled = count;
        _end = count;
        _limit = count;
        HasContexts = false;
        Attempts = 0;
        return _items.AsSpan(0, count);
    }

    /// <summary>Where to put the contexts of a fill that has some.</summary>
    public Span<ItemContext?> FillContexts_NeedsLock()
    {
        if (_contexts.Length < _end)
        {
            _contexts = new ItemContext?[_items.Length];
        }

        HasContexts = true;
        return _contexts.AsSpan(0, _end);
    }

    /// <summary>
    /// Keeps the owner from starting more items without asking. The caller passes a process-wide barrier before it goes on
    /// with <see cref="EndTake_NeedsLock"/>, in the same critical section.
    /// </summary>
    public void BeginTake_NeedsLock() => Volatile.Write(ref _limit, 0); // Pairs with TryStart.

    /// <summary>Takes away the items that the owner has not announced.</summary>
    public Single<T>[] EndTake_NeedsLock()
    {
        int next = Math.Min(Volatile.Read(ref _next), _end);
        Single<T>[] rest = next == _end ? [] : new Single<T>[_end - next];
        for (int i = 0; i < rest.Length; i++)
        {
            int index = next + i;
            rest[i] = SingleOf_NeedsLock(index) with { Place = _places.Length > 0 ? _places[index] : 0 };
        }

        Clear(next, _end - next);
        Forget(); // Behind an owner that is stuck, also what is done.
        _end = next;
        Volatile.Write(ref _limit, next);
        return rest;
    }

    /// <summary>
    /// What the books have to know of this claim besides what is booked: how many calls have ended, whether one is running
    /// and with which item, and how many items wait.
    /// </summary>
    public (int Settled, bool IsRunning, T? Running, int Waiting) Look_NeedsLock()
    {
        while (true)
        {
            // While the owner has announced the same number of items, it can have ended the last call and no other.
            int next = Volatile.Read(ref _next);
            int settled = Volatile.Read(ref _settled);
            if (next == Volatile.Read(ref _next))
            {
                next = Math.Min(next, _end);
                bool isRunning = next > settled && !IsKept;
                return (settled - _booked - _kept, isRunning, isRunning ? _items[next - 1] : default, _end - next);
            }
        }
    }
}
