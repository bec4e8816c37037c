using System.Text;

namespace ProducerConsumer.Samples.Tests;

/// <summary>Takes what the program prints, line by line, and notes the time of each.</summary>
internal sealed class QuickStartScreen(AsyncGate changes, TimeProvider clock) : TextWriter
{
    private readonly DateTimeOffset _start = clock.GetUtcNow();

    /// <summary>Guarded by itself, for the test that reads while the program prints.</summary>
    private readonly List<Line> _lines = [];

    public override Encoding Encoding => Encoding.UTF8;

    /// <summary>What was printed so far.</summary>
    public Line[] Lines
    {
        get
        {
            lock (_lines)
            {
                return [.. _lines];
            }
        }
    }

    public override void Write(char value) => throw new NotSupportedException("The program prints whole lines.");

    public override void WriteLine(object? value) => WriteLine(value?.ToString());

    public override void WriteLine(string? value)
    {
        lock (_lines)
        {
            _lines.AddRange(value!.Split(Environment.NewLine).Select(text => new Line(text, clock.GetUtcNow() - _start)));
        }

        changes.Signal();
    }

    /// <summary>A line and when it was printed.</summary>
    internal sealed record Line(string Text, TimeSpan Time);
}
