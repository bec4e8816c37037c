using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace ProducerConsumer;

/// <summary>Pulls from a channel of the application's; its one turn ends with the channel or with a stop. What it has not read stays there.</summary>
internal sealed class ChannelReaderProducer<T>(SourceStage stage, BoundedBuffer<T> buffer, ChannelReader<T> source)
    : ProduceWorker<T>(stage, buffer)
{
    protected override async ValueTask ProduceAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            RestoreContext();
            if (source.TryRead(out T? item))
            {
                if (!await DeliverAsync(item).ConfigureAwait(false))
                {
                    break;
                }

                await Rest(suspended: false);
            }
            else
            {
                ValueTask<bool> wait = WaitToReadAsync(cancellationToken);
                bool suspended = !wait.IsCompleted;
                if (!await wait.ConfigureAwait(false))
                {
                    break;
                }

                await Rest(suspended);
            }
        }
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
