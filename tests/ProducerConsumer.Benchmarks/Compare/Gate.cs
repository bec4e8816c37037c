namespace ProducerConsumer.Benchmarks;

/// <summary>Holds the measurements against the goals, and tells what was missed.</summary>
internal sealed class Gate
{
    private readonly Means _means = new();
    private readonly List<(string Scenario, Verdict Verdict)> _verdicts = [];

    public void Judge(Scenario scenario, IReadOnlyList<Measured> rows)
    {
        Tell(scenario.Name, scenario.Asks.SelectMany(ask => ask(rows)));
        _means.Add(scenario.Group, rows);
    }

    /// <returns>The exit code: 1 when a goal was missed.</returns>
    public int Close()
    {
        Console.WriteLine();
        Tell("all", _means.Judge(Scenarios.All));
        (string Scenario, Verdict Verdict)[] missed = [.. _verdicts.Where(told => !told.Verdict.Passed)];
        Console.WriteLine($"{_verdicts.Count - missed.Length} goals reached, {missed.Length} missed");
        foreach ((string scenario, Verdict verdict) in missed)
        {
            Console.WriteLine($"  {scenario}: {verdict}");
        }

        return missed.Length == 0 ? 0 : 1;
    }

    private void Tell(string scenario, IEnumerable<Verdict> verdicts)
    {
        foreach (Verdict verdict in verdicts)
        {
            Console.WriteLine(verdict);
            _verdicts.Add((scenario, verdict));
        }
    }
}
