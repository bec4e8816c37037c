using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace ProducerConsumer;

/// <summary>Pulls from a channel of the application's; its one turn ends with the channel or with a stop. What it has not read stays there.</summary>
internal sealed class ChannelReaderProducer<T>(SourceStage stage, BoundedBuffer<T> buffer, ChannelReader<T> source)
    : PullWorker<T>(stage, buffer)
{
    protected override async ValueTask<bool> ProduceAsync(CancellationToken cancellationToken)
    {
        bool suspended = false;
        while (TryPull(out bool isEmpty))
        {
            if (!isEmpty)
            {
                await DeliverAsync().ConfigureAwait(false);
                suspended = false;
                await Rest(suspended);
                continue;
            }

            ValueTask<bool> wait = WaitToReadAsync(cancellationToken);
            suspended = !wait.IsCompleted;
            if (suspended)
            {
                await FlushAsync().ConfigureAwait(false);
            }

            if (!await wait.ConfigureAwait(false))
            {
                break;
            }

            await Rest(suspended);
        }

        await DeliverAsync().ConfigureAwait(false);
        return suspended;
    }

    /// <summary>Pulls until a delivery is due or the channel is empty; false when no more is wanted.</summary>
    private bool TryPull(out bool isEmpty)
    {
        isEmpty = false;
        RestoreContext(); // Each item that is kept does so again.
        while (IsWanted)
        {
            if (!source.TryRead(out T? item))
            {
                isEmpty = true;
                return true;
            }

            if (!Keep(item))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Stops waiting without cancelling the wait: cancelling it in an in-box bounded channel can break the application's
    /// writer (dotnet/runtime issue 131141). The wait that is left behind ends with the channel's next item.
    /// </summary>
    [SuppressMessage("Reliability", "CA2016", Justification = "See the summary.")]
    private async ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken)
    {
        Task<bool> wait = source.WaitToReadAsync(CancellationToken.None).AsTask();
        try
        {
            return await wait.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            _ = wait.ContinueWith(
                static left => left.Exception, // Observed: nobody else will look at it.
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
            throw;
        }
    }
}
