using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace ProducerConsumer.Tests;

public sealed class LogTests
{
    [GuardedFact]
    public async Task Run_LogsStartAndEnd()
    {
        FakeLogCollector logs = new();
        await Build(logs, handle: () => { }).RunAsync();

        await EndLoggedAsync(logs);
        logs.GetSnapshot().Select(record => record.Id.Id).Should().BeEquivalentTo([1, 6]);
        logs.GetSnapshot().Should().OnlyContain(record => record.Category == "ProducerConsumer" && record.Message.Contains("'orders'"));
    }

    [GuardedFact]
    public async Task Fault_IsLoggedOnceWithItsException()
    {
        FakeLogCollector logs = new();
        InvalidOperationException root = new("root");
        PooledPipeline<int> pipeline = Build(logs, handle: () => throw root);

        await FluentActions.Awaiting(() => pipeline.RunAsync()).Should().ThrowAsync<PipelineException>();

        await EndLoggedAsync(logs);
        FakeLogRecord fault = logs.GetSnapshot().Should().ContainSingle(record => record.Level == LogLevel.Error).Which;
        fault.Exception.Should().BeSameAs(root);
        fault.Message.Should().Contain("'consumers'");
    }

    [GuardedFact]
    public async Task Stop_IsLoggedWithItsCause()
    {
        FakeLogCollector logs = new();
        PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(configure: options => options.LoggerFactory = Factory(logs))
            .Consume((_, _) => default(ValueTask)).Build();
        await pipeline.StartAsync();

        await pipeline.StopAsync();

        await EndLoggedAsync(logs);
        logs.GetSnapshot().Select(record => record.Id.Id).Should().BeEquivalentTo([1, 2, 6]);
        logs.GetSnapshot().Should().ContainSingle(record => record.Id.Id == 2).Which.Message.Should().Contain("Drain");
    }

    [GuardedFact]
    public async Task Logger_Throws_IsRecordedAndTheRunCompletes()
    {
        PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(configure: options => options.LoggerFactory = new BrokenLoggers())
            .Consume((_, _) => default(ValueTask)).Build();
        await pipeline.StartAsync();
        pipeline.Writer.Complete();

        PipelineReport report = await pipeline.Completion;

        report.Outcome.Should().Be(PipelineOutcome.Completed);
        report.FailureCount.Should().BePositive();
        report.Failures.Should().OnlyContain(failure => failure.Stage == "logger");
    }

    [GuardedTheory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(6)]
    public async Task Logger_Blocks_HoldsUpOnlyItsCaller(int message)
    {
        using ManualResetEventSlim release = new();
        Gate handled = new();
        PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(
                configure: options => options.LoggerFactory = new LoggerFactory([new BlockingLoggers(message, release)]))
            .Consume((_, _) =>
            {
                handled.Arrive();
                return default(ValueTask);
            })
            .Build();
        pipeline.Writer.TryWrite(1);
        Task start = Task.Run(() => pipeline.StartAsync());
        await handled.Arrived;

        Task stop = Task.Run(() => pipeline.StopAsync(StopMode.Abort));
        while (!pipeline.Run.IsStopping)
        {
            await Task.Yield();
        }

        await pipeline.DisposeAsync();
        pipeline.Report!.Outcome.Should().Be(PipelineOutcome.Aborted);
        release.Set();
        await start;
        await stop;
    }

    /// <summary>The end is announced before it is logged.</summary>
    private static async Task EndLoggedAsync(FakeLogCollector logs)
    {
        while (!logs.GetSnapshot().Any(record => record.Id.Id == 6))
        {
            await Task.Yield();
        }
    }

    private static PooledPipeline<int> Build(FakeLogCollector logs, Action handle) =>
        PooledPipeline.CreateBuilder<int>(name: "orders", configure: options => options.LoggerFactory = Factory(logs))
            .Produce([1])
            .Consume((_, _) =>
            {
                handle();
                return default(ValueTask);
            })
            .Build();

    private static LoggerFactory Factory(FakeLogCollector logs) => new([new FakeLoggerProvider(logs)]);

    private sealed class BlockingLoggers(int message, ManualResetEventSlim release) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public void Dispose()
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Id == message)
            {
                release.Wait(TestContext.Current.CancellationToken);
            }
        }
    }

    private sealed class BrokenLoggers : ILoggerFactory, ILogger
    {
        public void AddProvider(ILoggerProvider provider)
        {
        }

        public ILogger CreateLogger(string categoryName) => this;

        public void Dispose()
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            throw new InvalidOperationException("disk full");
    }
}
