using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace ProducerConsumer;

/// <summary>What a worker does for an item that has a context.</summary>
internal abstract partial class ItemWorker<T>
{
    /// <summary>The activity of the call that is running; null for none.</summary>
    private Activity? _activity;

    private void BeginContext(ItemContext context)
    {
        if (_outlet is not null)
        {
            _outlet.Context = context;
        }

        if (context.Activity is { } parent)
        {
            BeginActivity(parent);
        }

        if (context.Fault is { } fault)
        {
            ExceptionDispatchInfo.Throw(fault);
        }
    }

    private void BeginActivity(Activity parent)
    {
        try
        {
            _activity = ItemActivity.Create(Stage.Name, parent);
            _activity.Start();
        }
        catch (Exception error)
        {
            Stage.Run.RecordCallbackFailure(new ItemFailure(Stage.Name, error)); // From a listener of the application's.
        }
    }

    /// <summary>Tells whoever waits for the item, whose code may leave something behind on this thread.</summary>
    private void Tell(ItemContext? context, ItemOutcome outcome)
    {
        if (context is not null)
        {
            context.Settle(outcome);
            RestoreContext();
        }
    }

    /// <summary>The call has ended: what it left behind on this thread does not concern the next one.</summary>
    private void EndCall()
    {
        if (_activity is not null)
        {
            EndActivity(_activity);
        }

        RestoreContext();
    }

    private void EndActivity(Activity activity)
    {
        _activity = null;
        try
        {
            activity.Stop();
        }
        catch (Exception error)
        {
            Stage.Run.RecordCallbackFailure(new ItemFailure(Stage.Name, error)); // From a listener of the application's.
        }
    }
}
