using PublicApiGenerator;

namespace ProducerConsumer.Tests;

/// <summary>The public surface is a text in the repository: changing it is a visible difference.</summary>
public sealed class PublicApiTests
{
    [GuardedFact]
    public async Task PublicApi_EqualsTheApprovedText()
    {
        string path = RepositoryFiles.PathOf("tests/ProducerConsumer.Tests/Repository/PublicApi.txt");
        string actual = typeof(PooledPipeline).Assembly.GeneratePublicApi(new ApiGeneratorOptions
        {
            IncludeAssemblyAttributes = false,

            // Only newer frameworks have it; without it both targets share one text.
            ExcludeAttributes = ["System.Runtime.CompilerServices.OverloadResolutionPriorityAttribute"],
        }).ReplaceLineEndings("\n").TrimEnd() + "\n";
        string approved = File.Exists(path) ? await File.ReadAllTextAsync(path) : "";
        if (actual != approved)
        {
            await File.WriteAllTextAsync(path + ".received", actual);
        }

        actual.Should().Be(approved, "a change of the public surface is made by replacing PublicApi.txt with PublicApi.txt.received");
    }
}
