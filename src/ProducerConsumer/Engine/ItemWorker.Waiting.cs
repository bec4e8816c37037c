using System.Runtime.CompilerServices;

namespace ProducerConsumer;

/// <summary>How a worker waits: without a thread, and brought back once.</summary>
internal abstract partial class ItemWorker<T>
{
    /// <summary>What brings the worker back.</summary>
    private enum Awaited
    {
        Nothing,

        /// <summary>The call for the item that was started last.</summary>
        Call,

        /// <summary>Room for what the claim's items became.</summary>
        Room,

        /// <summary>Code that was called for no item: its time had come, or the end.</summary>
        Code,

        /// <summary>The judgement on a call that did not return.</summary>
        Judgement,
    }

    /// <summary>The number of the wait that the worker is in; 0 while it is in none. Whoever sets it to 0 brings the worker back.</summary>
    private long _wait;

    /// <summary>How many waits there were. For the worker.</summary>
    private long _waits;

    /// <summary>Brings the worker back; made when it waits for the first time.</summary>
    private Action? _resume;

    /// <summary>
    /// Lets what the worker waits for bring it back. Always to the pool, since what completes a call may be in the middle
    /// of something, such as a <c>SetResult</c> with more to do after it, and must not wait for the next item.
    /// </summary>
    private void Wait()
    {
        long wait = ++_waits;
        Volatile.Write(ref _wait, wait); // In one piece on every platform. Published by whatever hands the continuation over to another thread.
        try
        {
            // From here on the worker may be running on another thread.
            _call.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(_resume ??= Resume);
        }
        catch (Exception error)
        {
            // A value task of the application's own making. When it has not taken the continuation, and never will from
            // here on, it is as if awaiting it had thrown. Of this wait: the worker may be in its next one by now.
            if (Interlocked.CompareExchange(ref _wait, 0, wait) == wait)
            {
                EndCall();
                if (TryJudge(error))
                {
                    Wake();
                }
                else
                {
                    Wait();
                }
            }
            else
            {
                Stage.Run.RecordCallbackFailure(new ItemFailure(Stage.Name, error));
            }
        }
    }

    private void Resume()
    {
        if (StopWaiting())
        {
            GoOn(local: true);
        }
    }

    /// <summary>
    /// The worker was brought back though its call is not done: a value task of the application's own making called an
    /// earlier continuation again. Waits on; true when the call is done by now and nobody else brings the worker back.
    /// </summary>
    private bool IsBack()
    {
        Interlocked.Exchange(ref _wait, _waits); // A full fence: either the call is seen done here, or its continuation sees this.
        return _call.IsCompleted && StopWaiting();
    }

    /// <summary>True once per wait.</summary>
    private bool StopWaiting() => Interlocked.Exchange(ref _wait, 0) != 0;

    /// <summary>What the worker waited for is done; throws what the call threw.</summary>
    private void GetAwaited()
    {
        ValueTask call = _call;
        _call = default;
        call.GetAwaiter().GetResult();
        if (_awaited == Awaited.Call)
        {
            EndCall();
            Settle();
        }

        _awaited = Awaited.Nothing;
    }

    /// <summary>What was called has thrown, at once or when the worker came back. False when the worker has to wait for the judgement.</summary>
    private bool TryJudge(Exception error)
    {
        CallResults results = _outlet?.End() ?? CallResults.None;
        bool isForItem = _awaited != Awaited.Code;
        _awaited = Awaited.Nothing;
        if (!isForItem)
        {
            JudgeCode(error, results);
            return true;
        }

        if (Stage.Buffer.HasOrder)
        {
            _outlet?.Offer(); // Before the next item of the same key is begun, if this one leaves its lane.
        }

        ValueTask judgement = JudgeAsync(error, results);
        if (judgement.IsCompletedSuccessfully)
        {
            return true;
        }

        _call = judgement;
        _awaited = Awaited.Judgement;
        return false;
    }

    /// <summary>Publishes the results of the claim; false when the worker has to <see cref="Wait"/> for room.</summary>
    /// <param name="isLast">Whether the worker claims items next, without fail.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryPublish(bool isLast)
    {
        ValueTask publish = _outlet is null ? default : isLast ? _outlet.PublishLastAsync() : _outlet.PublishAsync();
        if (publish.IsCompletedSuccessfully)
        {
            publish.GetAwaiter().GetResult(); // What it stands for goes back to its pool.
            return true;
        }

        _call = publish;
        _awaited = Awaited.Room;
        return false;
    }

    /// <summary>Goes to the end of the queue of the thread pool. Begins anew with single items, in case the handler has become slow.</summary>
    private void YieldThread()
    {
        _batchSize.Reset();
        bool published = TryPublish(isLast: false); // First: without a claim the stage may look as if nothing were left of its items.
        if (Claim.IsSolo)
        {
            // It stays alone: whoever came instead would stand in the same queue.
        }
        else if (Claim.Unstarted > 0)
        {
            OfferUnstarted();
        }
        else
        {
            Stage.Buffer.Settle(Claim);
        }

        if (published)
        {
            Wake();
        }
        else
        {
            Wait();
        }
    }

    /// <summary>The call for an item suspended the worker.</summary>
    private void Suspend()
    {
        if (_outlet is { IsBlocked: true })
        {
            _batchSize.Forget(); // The time until there is room says nothing of the handler, and everybody waits for the same.
        }
        else
        {
            _hasSuspended = true;
            _batchSize.Reset();
            _outlet?.Offer();
            if (Claim.Filled > 1 || Stage.Buffer.HasKeys)
            {
                // With keys also a lone item: others may rely on this worker.
                OfferUnstarted();
            }
        }

        Wait();
    }

    /// <summary>What is not started goes to other workers, if there can be any.</summary>
    private void OfferUnstarted()
    {
        if (Stage.Pool.MaxWorkers > 1)
        {
            Stage.Buffer.Offer(Claim);
        }
        else
        {
            Claim.Forget();
        }
    }
}
