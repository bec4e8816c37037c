using System.Diagnostics;

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
            _activity = ItemActivity.Start(Stage.Name, parent);
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
