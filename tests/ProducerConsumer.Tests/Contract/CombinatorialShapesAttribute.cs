using System.Reflection;
using Xunit.Sdk;
using Xunit.v3;

namespace ProducerConsumer.Tests;

/// <summary>Every shape of <see cref="PipelineContract.Shapes"/>, each with a synchronous and a suspending handler.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class CombinatorialShapesAttribute : DataAttribute
{
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker)
    {
        IReadOnlyCollection<ITheoryDataRow> rows =
        [
            .. from shape in PipelineContract.Shapes
               from suspend in new[] { false, true }
               select new TheoryDataRow(shape.Data.Item1, shape.Data.Item2, shape.Data.Item3, suspend),
        ];
        return new(rows);
    }

    public override bool SupportsDiscoveryEnumeration() => true;
}
