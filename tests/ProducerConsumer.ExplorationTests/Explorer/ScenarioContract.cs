namespace ProducerConsumer.ExplorationTests;

/// <summary>
/// What every scenario has to show: the library passes under every schedule that was tried, all of it in sight of the
/// explorer; and the scenario would have noticed, because with a faulty step in the library a schedule fails.
/// </summary>
public abstract class ScenarioContract
{
    /// <summary>The faults of SeededFaults.xml that this scenario is to find.</summary>
    protected internal abstract IReadOnlyList<string> Faults { get; }

    /// <summary>One schedule, from a fresh start. Fails by throwing, by a deadlock, or by never ending.</summary>
    protected abstract Task RunAsync();

    [ExplorationFact]
    public async Task Library_AsItIs_PassesUnderEverySchedule()
    {
        Finding finding = await ExploreAsync(fault: null, Exploration.Schedules);
        Assert.False(finding.HasFailed, finding.Description);
    }

    [ExplorationFact]
    public async Task Library_WithASeededFault_FailsUnderSomeSchedule()
    {
        foreach (string fault in Faults)
        {
            Finding finding = await ExploreAsync(fault, schedules: 10 * Exploration.Schedules);
            Assert.True(finding.HasFailed, $"Fault '{fault}' was not found.");
        }
    }

    private async Task<Finding> ExploreAsync(string? fault, uint schedules)
    {
        Finding finding = await Task.Run(() => Exploration.Run(RunAsync, fault, schedules));
        Assert.True(finding.Uncontrolled.Length == 0, $"Out of the explorer's sight: {string.Join(", ", finding.Uncontrolled)}.");
        return finding;
    }
}
