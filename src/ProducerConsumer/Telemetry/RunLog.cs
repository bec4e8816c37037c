using Microsoft.Extensions.Logging;

namespace ProducerConsumer;

/// <summary>What a run writes to the application's log. A logger that throws is recorded and changes nothing else.</summary>
internal sealed partial class RunLog(ILogger logger, string pipeline, FaultLog faults)
{
    public void Started(int stages) => Guard(() => LogStarted(logger, pipeline, stages));

    public void Stopping(string cause) => Guard(() => LogStopping(logger, pipeline, cause));

    public void Faulted(ItemFailure fault) => Guard(() => LogFaulted(logger, fault.Exception, pipeline, fault.Stage, fault.AfterStop));

    public void CallbackFailed(ItemFailure failure) => Guard(() => LogCallbackFailed(logger, failure.Exception, pipeline, failure.Stage));

    public void ItemFailed(ItemFailure failure) =>
        Guard(() => LogItemFailed(logger, failure.Exception, pipeline, failure.Stage, failure.Attempt));

    public void Abandoned(long items, int workers, TimeSpan abortTimeout) =>
        Guard(() => LogAbandoned(logger, pipeline, items, workers, abortTimeout));

    public void Ended(string cause, TimeSpan duration) => Guard(() => LogEnded(logger, pipeline, cause, duration));

    [LoggerMessage(1, LogLevel.Information, "Pipeline '{Pipeline}' started with {Stages} stages.")]
    private static partial void LogStarted(ILogger logger, string pipeline, int stages);

    [LoggerMessage(2, LogLevel.Information, "Pipeline '{Pipeline}' is stopping: {Cause}.")]
    private static partial void LogStopping(ILogger logger, string pipeline, string cause);

    [LoggerMessage(3, LogLevel.Error, "Pipeline '{Pipeline}': stage '{Stage}' failed (after the stop: {AfterStop}).")]
    private static partial void LogFaulted(ILogger logger, Exception exception, string pipeline, string stage, bool afterStop);

    [LoggerMessage(4, LogLevel.Warning, "Pipeline '{Pipeline}': a callback of '{Stage}' threw; the run goes on.")]
    private static partial void LogCallbackFailed(ILogger logger, Exception exception, string pipeline, string stage);

    [LoggerMessage(5, LogLevel.Error, "Pipeline '{Pipeline}' gave up waiting for {Workers} workers with {Items} items that did not return within {AbortTimeout} of the stop.")]
    private static partial void LogAbandoned(ILogger logger, string pipeline, long items, int workers, TimeSpan abortTimeout);

    [LoggerMessage(6, LogLevel.Information, "Pipeline '{Pipeline}' ended ({Cause}) after {Duration}.")]
    private static partial void LogEnded(ILogger logger, string pipeline, string cause, TimeSpan duration);

    [LoggerMessage(7, LogLevel.Warning, "Pipeline '{Pipeline}': stage '{Stage}' gave an item up after {Attempts} attempts; the run goes on.")]
    private static partial void LogItemFailed(ILogger logger, Exception exception, string pipeline, string stage, int attempts);

    private void Guard(Action write)
    {
        try
        {
            write();
        }
        catch (Exception error)
        {
            faults.AddFailure(new ItemFailure("logger", error));
        }
    }
}
