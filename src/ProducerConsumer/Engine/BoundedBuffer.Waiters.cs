using System.Threading.Tasks.Sources;

namespace ProducerConsumer;

internal sealed partial class BoundedBuffer<T>
{
    /// <summary>
    /// A parked write with its items: whoever frees slots moves them in, and nobody can overtake them. Its result is how
    /// many are in.
    /// </summary>
    private sealed class WriteWaiter(BoundedBuffer<T> buffer) : Waiter<int>(buffer), IValueTaskSource<bool>, IThreadPoolWorkItem
    {
        private Portion<T> _items;

        /// <summary>The item, when <see cref="IsSingle"/>.</summary>
        public Single<T> Item { get; private set; }

        /// <summary>The items that are not in yet, unless <see cref="IsSingle"/>.</summary>
        public Portion<T> PendingItems => _items[Written..];

        public bool IsSingle { get; private set; }

        public Edge? Edge { get; private set; }

        /// <summary>Whether the items count as accepted while they are parked, so that they must be settled and not refused.</summary>
        public bool IsAccepted { get; private set; }

        /// <summary>How many items are in.</summary>
        public int Written { get; private set; }

        /// <summary>The token whose cancellation is followed by <see cref="CancelWrites"/>; none when the wait is registered with its token.</summary>
        public CancellationToken StopToken { get; set; }

        /// <summary>How many items are not in yet.</summary>
        public int Pending => Total - Written;

        private int Total => IsSingle ? 1 : _items.Length;

        /// <summary>The wait as a question: whether all items are in.</summary>
        public ValueTask<bool> AsDelivery() => new(this, Version);

        public WriteWaiter Begin(Single<T> item, Edge? edge, bool isAccepted = false)
        {
            Item = item;
            IsSingle = true;
            IsAccepted = isAccepted;
            Edge = edge;
            Written = 0;
            return this;
        }

        /// <param name="items">All items of the write. Not changed until it ends.</param>
        /// <param name="written">How many of them are in already.</param>
        /// <param name="edge">The way that they take.</param>
        /// <param name="isAccepted">Whether they are in the books already.</param>
        public WriteWaiter Begin(Portion<T> items, int written, Edge? edge, bool isAccepted)
        {
            _items = items;
            IsSingle = false;
            IsAccepted = isAccepted;
            Edge = edge;
            Written = written;
            return this;
        }

        public void Advance_NeedsLock(int count)
        {
            if (IsAccepted && !IsSingle)
            {
                _items[Written..(Written + count)].Forget(); // The memory is a local batch's.
            }

            Written += count;
        }

        /// <summary>The write ends early. If some of its items are in, its caller is told how many, and the next write is the one to fail.</summary>
        public override void Fail_NeedsLock(Exception error)
        {
            if (Written > 0)
            {
                Succeed_NeedsLock(Written);
            }
            else
            {
                base.Fail_NeedsLock(error);
            }
        }

        /// <summary>Resumes the writer right here, on a thread of the pool, when it is its turn.</summary>
        public void Execute()
        {
            buffer.SendNext(); // First: what the writer does now may take any time.
            Unwatch();
            PublishHere();
        }

        bool IValueTaskSource<bool>.GetResult(short token)
        {
            int total = Total; // Before the waiter goes back to the pool.
            return GetResult(token) == total;
        }

        protected override void Return()
        {
            Item = default;
            _items = default;
            Edge = null;
            StopToken = default;
            buffer._writeWaiters.Return(this);
        }
    }

    /// <summary>A call that waits for a chance to read or to write.</summary>
    private sealed class Watcher(BoundedBuffer<T> buffer) : Waiter<bool>(buffer)
    {
        protected override void Return() => buffer._watchers.Return(this);
    }
}
