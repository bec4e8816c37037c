using System.Threading.Channels;

namespace ProducerConsumer.Tests;

/// <summary>Delegates of every common shape bind without a cast. That this file compiles is half of the test.</summary>
public sealed class OverloadTests
{
    private int _handled;

    [GuardedFact]
    public async Task Consume_EveryShape_Binds()
    {
        PipelineBuilder<int> builder = PooledPipeline.CreateBuilder<int>().Produce([1, 2]);
        PipelineRecipe<int>[] recipes =
        [
            builder.Consume(HandleAsync),
            builder.Consume(HandleTaskAsync),
            builder.Consume(HandleAsync, maxWorkers: 2),
            builder.Consume(HandleTaskAsync, stage => stage.MaxWorkers = 2),
            builder.Consume(async (item, token) => await HandleAsync(item, token)),
            builder.Consume(async (item, token) => await HandleAsync(item, token).ConfigureAwait(false)),
            builder.Consume((item, token) => HandleAsync(item, token)),
            builder.Consume((item, token) => HandleTaskAsync(item, token), maxWorkers: 2),
        ];

        foreach (PipelineRecipe<int> recipe in recipes)
        {
            await recipe.Build().RunAsync();
        }

        _handled.Should().Be(2 * recipes.Length);
    }

    [GuardedFact]
    public async Task BlockingVerbs_EveryShape_Binds()
    {
        PipelineBuilder<int> builder = PooledPipeline.CreateBuilder<int>();
        PipelineBuilder<int>[] sources =
        [
            builder.ProduceBlocking([1, 2]),
            builder.ProduceBlocking(new List<int> { 1, 2 }, name: "named"),
            builder.ProduceBlocking(2, _ => 1),
            builder.ProduceBlocking(2, GetNumber, maxWorkers: 1, name: "named"),
        ];
        Func<PipelineBuilder<int>, PipelineBuilder<int, string>>[] transforms =
        [
            source => source.TransformBlocking((item, token) => item.ToString(System.Globalization.CultureInfo.InvariantCulture)),
            source => source.TransformBlocking<string>(Name, maxWorkers: 2, preserveOrder: true),
            source => source.TransformBlocking(
                (item, token) =>
                {
                    token.ThrowIfCancellationRequested();
                    return Name(item, token);
                },
                stage => stage.MaxWorkers = 2),
        ];
        Func<PipelineBuilder<int, string>, PipelineRecipe<int>>[] ends =
        [
            names => names.ConsumeBlocking(Handle),
            names => names.ConsumeBlocking((name, token) => Handle(name, token), maxWorkers: 2),
            names => names.ConsumeBlocking((_, _) => Interlocked.Increment(ref _handled)),
            names => names.ConsumeBlocking((name, token) => { Handle(name, token); }, stage => stage.Name = "end"),
        ];

        foreach (PipelineBuilder<int> source in sources)
        {
            foreach (Func<PipelineBuilder<int>, PipelineBuilder<int, string>> transform in transforms)
            {
                foreach (Func<PipelineBuilder<int, string>, PipelineRecipe<int>> end in ends)
                {
                    await end(transform(source)).Build().RunAsync();
                }
            }
        }

        _handled.Should().Be(2 * sources.Length * transforms.Length * ends.Length);
    }

    private static int GetNumber(CancellationToken cancellationToken) => 1;

    private static string Name(int item, CancellationToken cancellationToken) => "name";

    private void Handle(string name, CancellationToken cancellationToken) => Interlocked.Increment(ref _handled);

    [GuardedFact]
    public async Task Produce_EveryShape_Binds()
    {
        PipelineBuilder<int> builder = PooledPipeline.CreateBuilder<int>();
        PipelineBuilder<int>[] sources =
        [
            builder.Produce([1]),
            builder.Produce(new List<int> { 1 }),
            builder.Produce(1, GetAsync),
            builder.Produce(1, GetTaskAsync),
            builder.Produce(1, async token => await GetAsync(token)),
            builder.Produce(1, token => GetTaskAsync(token), maxWorkers: 1, name: "named"),
            builder.Produce(1, WriteAsync),
            builder.Produce(1, WriteTaskAsync),
            builder.Produce(1, async (writer, token) => await writer.WriteAsync(1, token)),
            builder.Produce(1, (writer, token) => WriteTaskAsync(writer, token)),
        ];

        foreach (PipelineBuilder<int> source in sources)
        {
            (await source.Consume(HandleAsync).Build().RunAsync()).Consumers().Completed.Should().Be(1);
        }
    }

    private static ValueTask<int> GetAsync(CancellationToken cancellationToken) => new(1);

    private static Task<int> GetTaskAsync(CancellationToken cancellationToken) => Task.FromResult(1);

    private static ValueTask WriteAsync(ChannelWriter<int> writer, CancellationToken cancellationToken) => writer.WriteAsync(1, cancellationToken);

    private static Task WriteTaskAsync(ChannelWriter<int> writer, CancellationToken cancellationToken) => writer.WriteAsync(1, cancellationToken).AsTask();

    private ValueTask HandleAsync(int item, CancellationToken cancellationToken)
    {
        _handled++;
        return default;
    }

    private Task HandleTaskAsync(int item, CancellationToken cancellationToken)
    {
        _handled++;
        return Task.CompletedTask;
    }
}
