namespace ProducerConsumer.Benchmarks;

/// <summary>
/// <c>compare [--quick] [--save file] [--markdown file] [scenario ...]</c>: runs the scenarios, prints a table for each and
/// what it means for the goals.
/// </summary>
internal static class CompareCommand
{
    /// <returns>The exit code: 1 when a goal was missed, 2 when the command line is wrong.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> args)
    {
        if (CompareOptions.Parse(args) is not { } options)
        {
            Console.Error.WriteLine("compare [--quick] [--save file] [--markdown file] [scenario ...]");
            return 2;
        }

        Scenario[] scenarios = [.. Scenarios.All.Where(options.Wants)];
        if (scenarios.Length == 0)
        {
            Console.Error.WriteLine($"No scenario begins with {string.Join(" or ", options.Names)}. There are: {string.Join(", ", Scenarios.All.Select(scenario => scenario.Name))}.");
            return 2;
        }

        Results results = Results.Begin(options);
        Console.WriteLine(results.Conditions);
        Gate gate = new();
        foreach (Scenario scenario in scenarios)
        {
            IReadOnlyList<Measured> rows = await Measurement.RunAsync(
                [.. scenario.Samplers(options.Quick)], scenario.Adapt(options.Quick ? Pace.Quick : Pace.Full));
            Table.Write(scenario, rows);
            results.Add(scenario, rows);
            if (!options.Quick)
            {
                gate.Judge(scenario, rows);
            }
        }

        await results.SaveAsync(options);
        return options.Quick ? 0 : gate.Close();
    }
}
