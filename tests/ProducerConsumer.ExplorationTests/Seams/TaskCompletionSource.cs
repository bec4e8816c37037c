using Framework = System.Threading.Tasks;

namespace ProducerConsumer;

/// <summary>
/// Stands in for the framework's type of this name. The explorer continues each await on its own; but where tasks are
/// combined, asynchronous continuations would go through the thread pool, out of its sight.
/// </summary>
internal class TaskCompletionSource(TaskCreationOptions options = TaskCreationOptions.None)
    : Framework.TaskCompletionSource(options & ~TaskCreationOptions.RunContinuationsAsynchronously);

/// <inheritdoc cref="TaskCompletionSource"/>
internal class TaskCompletionSource<TResult>(TaskCreationOptions options = TaskCreationOptions.None)
    : Framework.TaskCompletionSource<TResult>(options & ~TaskCreationOptions.RunContinuationsAsynchronously);
