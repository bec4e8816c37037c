using System.Text;
using ProducerConsumer.Tests;

namespace ProducerConsumer.Samples.Tests;

/// <summary>The writer and the random numbers are shared by all tasks, and need not be thread-safe.</summary>
public sealed class QuickStartSharingTests
{
    private const int Trials = 50;

    [GuardedFact]
    public async Task Run_WithoutSleeps_UsesTheWriterAndTheRandomOneAtATime()
    {
        for (int trial = 0; trial < Trials; trial++)
        {
            Turnstile printing = new(), drawing = new();
            await using OneAtATimeWriter output = new(printing);

            int exitCode = await QuickStart.RunAsync(
                maxSeconds: 0, output, TimeProvider.System, new OneAtATimeRandom(drawing), TestContext.Current.CancellationToken);

            exitCode.Should().Be(0);
            printing.Passed.Should().Be(20 + 4, "there are 20 items, three closing lines and the report");
            printing.WasCrowded.Should().BeFalse();
            drawing.Passed.Should().Be(20);
            drawing.WasCrowded.Should().BeFalse();
        }
    }

    /// <summary>Notes whether two were ever inside at once.</summary>
    private sealed class Turnstile
    {
        private int _inside;

        public int Passed { get; private set; }

        public bool WasCrowded { get; private set; }

        public void Pass()
        {
            WasCrowded |= Interlocked.Increment(ref _inside) != 1;
            Passed++;
            Thread.Yield(); // An invitation to others, who must not take it.
            Interlocked.Decrement(ref _inside);
        }
    }

    private sealed class OneAtATimeWriter(Turnstile turnstile) : TextWriter
    {
        public override Encoding Encoding => Encoding.UTF8;

        public override void WriteLine(string? value) => turnstile.Pass();

        public override void WriteLine(object? value) => turnstile.Pass();
    }

    private sealed class OneAtATimeRandom(Turnstile turnstile) : Random
    {
        public override double NextDouble()
        {
            turnstile.Pass();
            return base.NextDouble();
        }
    }
}
