using Framework = System.Threading;

namespace ProducerConsumer;

/// <summary>Stands in for the framework's type of this name, which would run callbacks where the explorer cannot see them.</summary>
internal sealed class CancellationTokenSource : Framework.CancellationTokenSource
{
    /// <summary>As the framework's: the token is cancelled when this returns, and the callbacks run beside the caller.</summary>
    public new Task CancelAsync()
    {
        TaskCompletionSource canceled = new();
        Token.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), canceled); // Callbacks run newest first.
        Task callbacks = Task.Run(Cancel);
        canceled.Task.Wait();
        return callbacks;
    }
}
