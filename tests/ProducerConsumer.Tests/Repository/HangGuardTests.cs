using System.Reflection;

namespace ProducerConsumer.Tests;

public sealed class HangGuardTests
{
    [GuardedFact]
    public async Task EveryTest_HasAHangGuard()
    {
        string[] unguarded =
        [
            .. from type in typeof(HangGuardTests).Assembly.GetTypes()
               from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
               let fact = method.GetCustomAttribute<FactAttribute>()
               where fact is not null && fact.Timeout == 0
               select $"{type.Name}.{method.Name}",
        ];

        unguarded.Should().BeEmpty();
        await Task.CompletedTask;
    }
}
