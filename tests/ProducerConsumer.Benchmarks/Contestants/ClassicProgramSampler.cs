using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Numerics;

namespace ProducerConsumer.Benchmarks;

/// <summary>
/// The classic program in Python, as a child process: for those who come from there. It takes its own times, since the
/// start of an interpreter is no part of the contest.
/// </summary>
internal sealed class ClassicProgramSampler(Setting setting) : Sampler("Python: ThreadPool and queue.Queue", Role.Shown)
{
    private int _items = 2_000;

    /// <summary>Whether there is a Python to run it; says so if not.</summary>
    public static bool Exists()
    {
        try
        {
            using Process python = Start("--version");
            python.WaitForExit();
            return python.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            Console.WriteLine("The classic program is left out: there is no python3.");
            return false;
        }
    }

    /// <summary>Every run is a new process, so there is nothing to warm.</summary>
    public override async Task WarmUpAsync(Pace pace)
    {
        double seconds = (await TakeAsync()).Seconds;
        _items = Math.Max(_items, (int)(pace.Slice.TotalSeconds / seconds));
    }

    public override async Task<Sample> TakeAsync()
    {
        using Process python = Start(
            Path.Combine(AppContext.BaseDirectory, "Contestants", "classic.py"),
            $"{setting.Producers}", $"{setting.Consumers}", $"{setting.Capacity}", $"{_items}");
        string[] output = (await python.StandardOutput.ReadToEndAsync()).Split(' ', StringSplitOptions.TrimEntries);
        await python.WaitForExitAsync();
        BigInteger squares = new BigInteger(_items - 1) * _items * ((2 * (long)_items) - 1) / 6;
        if (python.ExitCode != 0 || output.Length != 4 || output[0] != $"{_items}" || output[1] != $"{squares}")
        {
            throw new InvalidOperationException($"{Name} ended with {python.ExitCode} and printed '{string.Join(' ', output)}'.");
        }

        return new Sample(
            double.Parse(output[2], CultureInfo.InvariantCulture) / _items,
            double.Parse(output[3], CultureInfo.InvariantCulture) / _items,
            double.NaN);
    }

    private static Process Start(params string[] arguments) =>
        Process.Start(new ProcessStartInfo("python3", arguments) { RedirectStandardOutput = true })!;
}
