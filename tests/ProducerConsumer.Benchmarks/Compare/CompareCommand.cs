using System.Globalization;
using System.Runtime.InteropServices;

namespace ProducerConsumer.Benchmarks;

/// <summary><c>compare [--quick] [scenario ...]</c>: runs the scenarios, prints a table for each and what it means for the goals.</summary>
internal static class CompareCommand
{
    public static async Task<int> RunAsync(IReadOnlyList<string> args)
    {
        bool quick = args.Contains("--quick");
        string[] wanted = [.. args.Where(arg => !arg.StartsWith('-'))];
        Scenario[] scenarios = [.. Scenarios.All().Where(scenario => wanted.Length == 0
            ? !quick || scenario.Quick
            : wanted.Any(name => scenario.Name.StartsWith(name, StringComparison.Ordinal)))];
        if (scenarios.Length == 0)
        {
            Console.Error.WriteLine($"No scenario begins with '{string.Join("' or '", wanted)}'. There are: {string.Join(", ", Scenarios.All().Select(scenario => scenario.Name))}.");
            return 2;
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}, {Environment.ProcessorCount} processors"));
        List<Verdict> verdicts = [];
        Dictionary<(string Group, Role Role), List<double>> ratios = [];
        foreach (Scenario scenario in scenarios)
        {
            IReadOnlyList<Measured> rows = scenario.Objects
                ? await MeasureAsync<ObjectItem>(scenario, quick).ConfigureAwait(false)
                : await MeasureAsync<ValueItem>(scenario, quick).ConfigureAwait(false);
            Table.Write(scenario, rows);
            foreach (Role role in new[] { Role.Push, Role.Pull })
            {
                if (!ratios.TryGetValue((scenario.Group, role), out List<double>? group))
                {
                    ratios.Add((scenario.Group, role), group = []);
                }

                group.Add(Goal.BestRatio(rows, role));
            }

            if (!quick)
            {
                verdicts.AddRange(Tell(scenario.Asks.Select(ask => ask(rows))));
            }
        }

        if (!quick && wanted.Length == 0)
        {
            verdicts.AddRange(Tell(Scenarios.Means.Select(mean =>
                Goal.Mean($"{mean.Role}, capacity {mean.Group}", ratios[(mean.Group, mean.Role)], mean.Times))));
        }

        if (verdicts.Count > 0)
        {
            Console.WriteLine($"{verdicts.Count(verdict => verdict.Passed)} goals reached, {verdicts.Count(verdict => !verdict.Passed)} missed");
        }

        return verdicts.TrueForAll(verdict => verdict.Passed) ? 0 : 1;
    }

    private static async Task<IReadOnlyList<Measured>> MeasureAsync<T>(Scenario scenario, bool quick)
        where T : IItem<T>
    {
        List<Contestant<T>> contestants = [Limits<T>.NoQueue, .. RawChannel<T>.All];
        if (!quick)
        {
            contestants.AddRange(Peers<T>.All);
            if (scenario.Setting is { Producers: 1, Consumers: 1, Work: WorkKind.None })
            {
                contestants.Add(Limits<T>.Ring);
            }
        }

        contestants.Add(Library<T>.Push);
        contestants.Add(Library<T>.Pull);
        return await Measurement.RunAsync(scenario.Setting, contestants, quick ? Pace.Quick : Pace.Full).ConfigureAwait(false);
    }

    private static List<Verdict> Tell(IEnumerable<Verdict> verdicts)
    {
        List<Verdict> told = [.. verdicts];
        told.ForEach(Console.WriteLine);
        return told;
    }
}
