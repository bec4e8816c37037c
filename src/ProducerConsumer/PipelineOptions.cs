using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ProducerConsumer;

/// <summary>Settings of a whole pipeline, given to <see cref="PooledPipeline.CreateBuilder{T}"/>.</summary>
public sealed class PipelineOptions
{
    private readonly OptionsFreeze _freeze = new(nameof(PipelineOptions));
    private ILoggerFactory _loggerFactory = NullLoggerFactory.Instance;
    private TimeProvider _timeProvider = TimeProvider.System;
    private TimeSpan _abortTimeout = TimeSpan.FromSeconds(30);
    private int _maxRecordedFailures = 100;

    internal PipelineOptions()
    {
    }

    /// <summary>Where the pipeline logs its start, its stop and each fault once, in the category <c>ProducerConsumer</c>.</summary>
    /// <value>The default value is a factory that logs nothing.</value>
    /// <exception cref="ArgumentNullException">The value is <see langword="null"/>.</exception>
    public ILoggerFactory LoggerFactory
    {
        get => _loggerFactory;
        set => _loggerFactory = _freeze.Check(value ?? throw new ArgumentNullException(nameof(LoggerFactory)));
    }

    /// <summary>The clock of the run: durations and <see cref="AbortTimeout"/>.</summary>
    /// <value>The default value is <see cref="TimeProvider.System"/>.</value>
    /// <exception cref="ArgumentNullException">The value is <see langword="null"/>.</exception>
    public TimeProvider TimeProvider
    {
        get => _timeProvider;
        set => _timeProvider = _freeze.Check(value ?? throw new ArgumentNullException(nameof(TimeProvider)));
    }

    /// <summary>
    /// How long an aborted, cancelled, faulted or disposed run waits for delegates that do not return. After that it ends
    /// with <see cref="PipelineOutcome.Abandoned"/>. From zero to 49 days.
    /// </summary>
    /// <value>The default value is 30 seconds.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or longer than 49 days.</exception>
    public TimeSpan AbortTimeout
    {
        get => _abortTimeout;
        set
        {
            if (value < TimeSpan.Zero || value > TimeSpan.FromDays(49))
            {
                throw new ArgumentOutOfRangeException(
                    nameof(AbortTimeout), value, "AbortTimeout limits a wait, so it is from zero to 49 days. Give the longest time that a cancelled delegate may need.");
            }

            _abortTimeout = _freeze.Check(value);
        }
    }

    /// <summary>
    /// How many failures that did not stop the run are kept in <see cref="PipelineReport.Failures"/>; all are counted.
    /// 0 or more.
    /// </summary>
    /// <value>The default value is 100.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public int MaxRecordedFailures
    {
        get => _maxRecordedFailures;
        set
        {
            if (value < 0)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(MaxRecordedFailures), value, "MaxRecordedFailures is 0 or more. Give 0 to keep none; they are counted anyway.");
            }

            _maxRecordedFailures = _freeze.Check(value);
        }
    }

    internal void Freeze() => _freeze.Freeze();
}
