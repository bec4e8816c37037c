using System.Xml.Linq;
using ProducerConsumer.Tests;

namespace ProducerConsumer.ExplorationTests;

public sealed class SeededFaultTests
{
    [GuardedFact]
    public async Task EveryFaultOfTheList_IsLookedForByAScenario()
    {
        await using Stream list = typeof(SeededFaultTests).Assembly.GetManifestResourceStream("SeededFaults.xml")!;
        XDocument faults = await XDocument.LoadAsync(list, LoadOptions.None, TestContext.Current.CancellationToken);
        IEnumerable<string> lookedFor = typeof(SeededFaultTests).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(ScenarioContract)))
            .SelectMany(type => ((ScenarioContract)Activator.CreateInstance(type)!).Faults);
        faults.Root!.Elements("Fault").Select(fault => (string)fault.Attribute("Name")!)
            .Should().BeEquivalentTo(lookedFor.Distinct());
    }
}
