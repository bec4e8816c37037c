using System.ComponentModel;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace ProducerConsumer.Tests;

/// <summary>
/// What would lose a task does not compile, and the compiler says which verb is meant; the uses next to it compile. Checked
/// with the compiler itself, in the oldest language version that applications on .NET 8 have and in the newest.
/// </summary>
public sealed class WrongUseTests
{
    private static readonly MetadataReference[] References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path).StartsWith("System.", StringComparison.Ordinal))
            .Append(typeof(PooledPipeline).Assembly.Location)
            .Distinct()
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    /// <summary>The use, and what the message of the compiler has in it.</summary>
    public static TheoryData<string, string> WrongUses => new()
    {
        { "builder.ConsumeBlocking(async (item, token) => await HandleTask(item, token))", "Use Consume" },
        { "builder.ConsumeBlocking(async (item, token) => await Handle(item, token).ConfigureAwait(false))", "Use Consume" },
        { "builder.ConsumeBlocking((item, token) => Handle(item, token))", "Use Consume" },
        { "builder.ConsumeBlocking((item, token) => HandleTask(item, token))", "Use Consume" },
        { "builder.ConsumeBlocking(Handle)", "Use Consume" },
        { "builder.ConsumeBlocking(HandleTask)", "Use Consume" },
        { "builder.TransformBlocking(async (item, token) => await GetTask(item, token))", "Use Transform" },
        { "builder.TransformBlocking((item, token) => Get(item, token))", "Use Transform" },
        { "builder.TransformBlocking((item, token) => GetTask(item, token))", "Use Transform" },
        { "builder.TransformBlocking<int>(Get)", "Use Transform" },
        { "builder.TransformBlocking<int>(GetTask)", "Use Transform" },
        { "builder.ProduceBlocking(3, async token => await GetTask(3, token))", "Use Produce" },
        { "builder.ProduceBlocking(3, token => Get(3, token))", "Use Produce" },
        { "builder.ProduceBlocking(3, token => GetTask(3, token), maxWorkers: 2)", "Use Produce" },
        { "builder.Consume((item, token) => Handle(item))", "Use ConsumeBlocking" },
        { "builder.Consume((item, token) => { Handle(item); }, maxWorkers: 2)", "Use ConsumeBlocking" },
        { "builder.Consume(Handle)", "Use ConsumeBlocking" },
    };

    public static TheoryData<string> RightUses =>
    [
        "builder.ConsumeBlocking((item, token) => Use(item))",
        "builder.ConsumeBlocking((item, token) => seen.Add(item), maxWorkers: 2)",
        "builder.ConsumeBlocking((item, token) => { seen.Add(item); token.ThrowIfCancellationRequested(); }, stage => stage.Name = \"save\")",
        "builder.ConsumeBlocking((item, _) => { if (item > 3) throw new Exception(); })",
        "builder.ConsumeBlocking(Use)",
        "builder.TransformBlocking((item, token) => item.ToString())",
        "builder.TransformBlocking((item, token) => { Use(item); return item; }, maxWorkers: 2, preserveOrder: true)",
        "builder.TransformBlocking<long>((item, token) => item)",
        "builder.TransformBlocking<string?>((item, token) => null)",
        "builder.TransformBlocking<string>(Name)",
        "builder.ProduceBlocking(3, token => 7)",
        "builder.ProduceBlocking(3, Next, maxWorkers: 2, name: \"named\")",
        "builder.ProduceBlocking(new[] { 1, 2 })",
        "builder.ProduceBlocking(new List<int>(), name: \"named\")",
        "builder.Consume((item, token) => Handle(item, token))",
        "builder.Consume((item, token) => HandleTask(item, token), maxWorkers: 2)",
        "builder.Consume(async (item, token) => await HandleTask(item, token).ConfigureAwait(false))",
        "builder.Consume(async (item, token) => { await Task.Yield(); })",
        "builder.Consume((item, token) => throw new Exception())",
        "builder.Consume((item, token) => default(ValueTask))",
        "builder.Consume(HandleTask, stage => stage.MaxWorkers = 2)",
    ];

    [GuardedTheory]
    [MemberData(nameof(WrongUses))]
    public async Task WrongUse_DoesNotCompile(string use, string remedy)
    {
        foreach (LanguageVersion version in (LanguageVersion[])[LanguageVersion.CSharp12, LanguageVersion.Latest])
        {
            // CS0619: use of an obsolete member that is an error. Nothing else, such as an ambiguity, hides the remedy.
            Compile(use, version).Should().OnlyContain(error => error.StartsWith("CS0619", StringComparison.Ordinal) && error.Contains(remedy))
                .And.HaveCount(1, $"in {version}");
        }

        await Task.CompletedTask;
    }

    [GuardedTheory]
    [MemberData(nameof(RightUses))]
    public async Task RightUse_Compiles(string use)
    {
        foreach (LanguageVersion version in (LanguageVersion[])[LanguageVersion.CSharp12, LanguageVersion.Latest])
        {
            Compile(use, version).Should().BeEmpty($"in {version}");
        }

        await Task.CompletedTask;
    }

    [GuardedFact]
    public async Task Guards_AreOutOfSight()
    {
        MethodInfo[] guards =
        [
            .. from type in typeof(PooledPipeline).Assembly.GetExportedTypes()
               from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
               where method.GetCustomAttribute<ObsoleteAttribute>() is { IsError: true }
               select method,
        ];

        guards.Should().HaveCount(7);
        guards.Should().OnlyContain(guard => guard.GetCustomAttribute<EditorBrowsableAttribute>()!.State == EditorBrowsableState.Never);
        await Task.CompletedTask;
    }

    private static string[] Compile(string use, LanguageVersion version)
    {
        // In the case of the method group, the handler that returns nothing has the name of the ones that return a task.
        bool isVoid = use is "builder.Consume(Handle)" || use.Contains("Handle(item)", StringComparison.Ordinal);
        string source = $$"""
            #nullable enable
            using System;
            using System.Collections.Generic;
            using System.Threading;
            using System.Threading.Tasks;
            using ProducerConsumer;

            public class Uses
            {
                private readonly HashSet<int> seen = new();

                public object Use(PipelineBuilder<int> builder) => {{use}};

                {{(isVoid
                    ? "private static void Handle(int item) { } private static void Handle(int item, CancellationToken token) { }"
                    : "private static ValueTask Handle(int item, CancellationToken token) => default;")}}
                private static Task HandleTask(int item, CancellationToken token) => Task.CompletedTask;
                private static ValueTask<int> Get(int item, CancellationToken token) => new(item);
                private static Task<int> GetTask(int item, CancellationToken token) => Task.FromResult(item);
                private static void Use(int item) { }
                private static void Use(int item, CancellationToken token) { }
                private static string Name(int item, CancellationToken token) => "name";
                private static int Next(CancellationToken token) => 1;
            }
            """;
        CSharpCompilation compilation = CSharpCompilation.Create(
            "Uses",
            [CSharpSyntaxTree.ParseText(source, new CSharpParseOptions(version), cancellationToken: TestContext.Current.CancellationToken)],
            References,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        return
        [
            .. compilation.GetDiagnostics(TestContext.Current.CancellationToken)
                .Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)
                .Select(diagnostic => diagnostic.Id + " " + diagnostic.GetMessage(System.Globalization.CultureInfo.InvariantCulture)),
        ];
    }
}
