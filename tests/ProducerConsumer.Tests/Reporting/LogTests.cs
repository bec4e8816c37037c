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

        logs.GetSnapshot().Select(record => record.Id.Id).Should().Equal(1, 6);
        logs.GetSnapshot().Should().OnlyContain(record => record.Category == "ProducerConsumer" && record.Message.Contains("'orders'"));
    }

    [GuardedFact]
    public async Task Fault_IsLoggedOnceWithItsException()
    {
        FakeLogCollector logs = new();
        InvalidOperationException root = new("root");
        PooledPipeline<int> pipeline = Build(logs, handle: () => throw root);

        await FluentActions.Awaiting(() => pipeline.RunAsync()).Should().ThrowAsync<PipelineException>();

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

        logs.GetSnapshot().Select(record => record.Id.Id).Should().Equal(1, 2, 6);
        logs.GetSnapshot()[1].Message.Should().Contain("Drain");
    }

    [GuardedFact]
    public async Task Logger_Throws_IsRecordedAndTheRunCompletes()
    {
        PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(configure: options => options.LoggerFactory = new BrokenLoggers())
            .Produce([1, 2, 3]).Consume((_, _) => default(ValueTask)).Build();

        PipelineReport report = await pipeline.RunAsync();

        report.Outcome.Should().Be(PipelineOutcome.Completed);
        report.FailureCount.Should().BePositive();
        report.Failures.Should().OnlyContain(failure => failure.Stage == "logger");
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
