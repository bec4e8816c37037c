namespace ProducerConsumer;

/// <summary>What a worker does for code that gathers items: it keeps them, and calls the code when its time has come, and at the end.</summary>
internal abstract partial class ItemWorker<T>
{
    private WakeTimer? _timer;

    /// <summary>Whether somebody wants the worker to look whether its time has come. Guarded by the lock of the buffer.</summary>
    public bool IsCalledBack { get; set; }

    /// <summary>Whether the code is to be told when nothing comes any more.</summary>
    public bool MustEnd => _code is not null;

    /// <summary>Whether the code was told, or is about to be. Guarded by the lock of the buffer.</summary>
    public bool HasEnded { get; set; }

    /// <summary>What the worker keeps; null when its code never kept anything. Written by the worker.</summary>
    public KeptItems<T>? Kept { get; private set; }

    /// <summary>The item of the call that is running stays unsettled when the call returns.</summary>
    public void Keep()
    {
        if (_awaited == Awaited.Code)
        {
            throw new InvalidOperationException(
                $"Stage '{Stage.Name}' keeps an item where none is being handled. Call Keep inside HandleAsync.");
        }

        if (Stage.Buffer.HasOrder)
        {
            throw new InvalidOperationException(
                $"Stage '{Stage.Name}' keeps an item, and has an order in which each item has a turn of its own. Leave PreserveOrder and PartitionBy out, or emit inside HandleAsync.");
        }

        if (Claim.IsKept)
        {
            return;
        }

        if (Kept is null)
        {
            Kept = new KeptItems<T>();
            Stage.Buffer.Register(Kept);
        }

        Kept.Add(Claim.Current, Claim.CurrentContext?.Share()); // The call that is running holds the context too.
        Claim.Keep();
    }

    /// <summary>
    /// Keeps the items that come next as well, at most that many, as if the code had been called for each: for code that
    /// does nothing else with them. Those that somebody waits for have calls of their own, which may be followed.
    /// </summary>
    public void KeepMore(int most)
    {
        most = Math.Min(most, Claim.Unstarted); // Others may take some of them away meanwhile.
        if (most > 0 && !Claim.HasContexts)
        {
            Kept!.Reserve(most); // First: when there is no memory, the items are still where they were.
            Stage.Buffer.KeepMore(Claim, Kept, most);
        }
    }

    /// <summary>A context for what all that is kept becomes; null when nobody waits for any of it.</summary>
    public ItemContext? GatherKept()
    {
        if (Kept is not { HasContexts: true } kept)
        {
            return null;
        }

        List<ItemContext>? contexts = null;
        for (int i = 0; i < kept.Count; i++)
        {
            if (kept.ContextOf(i) is { } context)
            {
                (contexts ??= []).Add(context);
            }
        }

        return contexts is null ? null : ItemContext.Gather(contexts);
    }

    /// <summary>All that is kept is completed.</summary>
    public void SettleKept()
    {
        if (Kept is not null)
        {
            Stage.Buffer.SettleKept(Kept);
        }
    }

    /// <summary>Has the code called when the time has come, unless it sets another before.</summary>
    public void WakeAfter(TimeSpan delay)
    {
        _timer ??= new WakeTimer(Stage.Run.TimeProvider, () => Stage.Buffer.CallBack(this));
        _timer.Set(delay);
    }

    /// <summary>Calls the code for no item. False when the worker waits for the call, and maybe runs again on another thread.</summary>
    private bool TryCallCode(bool isEnd)
    {
        _awaited = Awaited.Code;
        _outlet?.Begin(holdsBack: false);
        try
        {
            ValueTask call = CallCode(isEnd);
            _call = call;
            if (_call.IsCompleted)
            {
                GetAwaited();
            }
        }
        catch (Exception error)
        {
            TryJudge(error); // For no item, so that there is nothing to wait for.
        }

        RestoreContext();
        if (_awaited == Awaited.Nothing)
        {
            return true;
        }

        Wait();
        return false;
    }

    private ValueTask CallCode(bool isEnd)
    {
        if (isEnd)
        {
            return _code!.EndAsync(Token);
        }

        return _timer!.TryTake() ? _code!.WakeAsync(Token) : default;
    }

    /// <summary>The clock is the application's: one that throws must not keep the worker from its end.</summary>
    private void ReleaseTimer()
    {
        try
        {
            _timer?.Dispose();
        }
        catch (Exception error)
        {
            Stage.Run.RecordCallbackFailure(new ItemFailure("clock", error));
        }
    }
}
