using Microsoft.Coyote.Rewriting;
using Framework = System.Threading;

namespace ProducerConsumer;

/// <summary>
/// Stands in for the framework's type of this name, which the explorer takes for uncontrolled, though it starts nothing
/// and waits for nothing.
/// </summary>
[SkipRewriting("Calls go through to the framework.")]
internal sealed class ExecutionContext
{
    private readonly Framework.ExecutionContext _context;

    private ExecutionContext(Framework.ExecutionContext context) => _context = context;

    public static ExecutionContext? Capture() =>
        Framework.ExecutionContext.Capture() is { } context ? new ExecutionContext(context) : null;

    public static void Restore(ExecutionContext context) => Framework.ExecutionContext.Restore(context._context);

    public static AsyncFlowControl SuppressFlow() => Framework.ExecutionContext.SuppressFlow();
}
