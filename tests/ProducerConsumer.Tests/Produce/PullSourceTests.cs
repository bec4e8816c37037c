using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace ProducerConsumer.Tests;

/// <summary>Sources that the pipeline enumerates: their disposal, their errors, what stays with them.</summary>
public sealed class PullSourceTests
{
    [GuardedFact]
    public async Task Empty_Completes()
    {
        PipelineReport report = await Consume(PooledPipeline.CreateBuilder<int>().Produce(Array.Empty<int>())).RunAsync();
        report.Outcome.Should().Be(PipelineOutcome.Completed);
        report.Consumers().Accepted.Should().Be(0);
    }

    [GuardedFact]
    public async Task Recipe_BuiltTwice_EnumeratesAnew()
    {
        PipelineRecipe<int> recipe = PooledPipeline.CreateBuilder<int>().Produce(Enumerable.Range(0, 7)).Consume((_, _) => default(ValueTask));

        (await recipe.Build().RunAsync()).Consumers().Completed.Should().Be(7);
        (await recipe.Build().RunAsync()).Consumers().Completed.Should().Be(7);
    }

    [GuardedTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task SourceAndDisposeThrow_BothExceptionsAreKept(bool asynchronous)
    {
        Broken source = new();
        PipelineBuilder<int> builder = PooledPipeline.CreateBuilder<int>();
        PooledPipeline<int> pipeline = Consume(
            asynchronous ? builder.Produce((IAsyncEnumerable<int>)source) : builder.Produce((IEnumerable<int>)source));

        Func<Task> run = () => pipeline.RunAsync();

        AggregateException both = (await run.Should().ThrowAsync<PipelineException>()).Which
            .InnerException.Should().BeOfType<AggregateException>().Which;
        both.InnerExceptions.Select(error => error.Message).Should().Equal("move", "dispose");
    }

    [GuardedFact]
    public async Task SourceThatIsBothKinds_IsEnumeratedAsynchronously()
    {
        Broken source = new();
        PooledPipeline<int> pipeline = Consume(PooledPipeline.CreateBuilder<int>().Produce(source));

        await FluentActions.Awaiting(() => pipeline.RunAsync()).Should().ThrowAsync<PipelineException>();

        source.Asynchronous.Should().BeTrue();
    }

    [GuardedFact]
    public async Task AsyncSource_WaitsForEver_LeavesWhenTheRunIsStopped()
    {
        bool disposed = false;
        Gate waiting = new();
        PooledPipeline<int> pipeline = Consume(PooledPipeline.CreateBuilder<int>().Produce(Endless()));
        await pipeline.StartAsync();
        await waiting.Arrived;

        PipelineReport report = await pipeline.StopAsync(StopMode.Drain);

        report.Outcome.Should().Be(PipelineOutcome.Drained);
        report.Faults.Should().BeEmpty();
        disposed.Should().BeTrue();

        async IAsyncEnumerable<int> Endless([EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            try
            {
                yield return 1;
                await waiting.PassAsync(cancellationToken);
            }
            finally
            {
                disposed = true;
            }
        }
    }

    [GuardedFact]
    public async Task Channel_Stopped_LeavesInTheChannelWhatWasNotTaken()
    {
        Channel<int> source = Channel.CreateUnbounded<int>();
        for (int item = 0; item < 100; item++)
        {
            source.Writer.TryWrite(item);
        }

        Gate gate = new();
        PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(capacity: 2)
            .Produce(source.Reader)
            .Consume(async (_, token) => await gate.PassAsync(token))
            .Build();
        await pipeline.StartAsync();
        await gate.Arrived;
        PipelineReport report = await pipeline.StopAsync(StopMode.Abort);

        List<int> left = [];
        while (source.Reader.TryRead(out int item))
        {
            left.Add(item);
        }

        report.UndeliveredItems<int>().Concat(left).Should().BeEquivalentTo(Enumerable.Range(0, 100));
        report.ShouldBalance();
    }

    [GuardedFact]
    public async Task Channel_WaitedOnWhenStopped_LosesNothingThatIsWrittenLater()
    {
        Channel<int> source = Channel.CreateBounded<int>(1);
        Gate handled = new();
        PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>()
            .Produce(source.Reader)
            .Consume((_, _) =>
            {
                handled.Arrive();
                return default(ValueTask);
            })
            .Build();
        await pipeline.StartAsync();
        await source.Writer.WriteAsync(0);
        await handled.Arrived;
        (await pipeline.StopAsync(StopMode.Drain)).Outcome.Should().Be(PipelineOutcome.Drained);

        await source.Writer.WriteAsync(1);
        source.Reader.TryRead(out int later).Should().BeTrue();
        later.Should().Be(1);
    }

    [GuardedFact]
    public async Task Channel_CompletedWithAnError_IsAFault()
    {
        Channel<int> source = Channel.CreateUnbounded<int>();
        source.Writer.TryWrite(1);
        source.Writer.Complete(new InvalidOperationException("upstream"));
        PooledPipeline<int> pipeline = Consume(PooledPipeline.CreateBuilder<int>().Produce(source.Reader));

        Func<Task> run = () => pipeline.RunAsync();

        (await run.Should().ThrowAsync<PipelineException>()).WithInnerException<InvalidOperationException>().WithMessage("upstream");
    }

    [GuardedFact]
    public async Task Source_ReturnsAnItemAfterTheRunWasAbandoned_ItIsHandedBackInTheLaterReport()
    {
        using ManualResetEventSlim late = new();
        Gate asked = new();
        PooledPipeline<int> pipeline = PooledPipeline.CreateBuilder<int>(configure: options => options.AbortTimeout = TimeSpan.Zero)
            .Produce(Blocking())
            .Consume((_, _) => default(ValueTask))
            .Build();
        await pipeline.StartAsync();
        await asked.Arrived;

        PipelineReport abandoned = await pipeline.StopAsync(StopMode.Abort);
        abandoned.Outcome.Should().Be(PipelineOutcome.Abandoned);
        abandoned.Stages[0].AbandonedWorkers.Should().Be(1);
        late.Set();
        while (ReferenceEquals(pipeline.Report, abandoned))
        {
            await Task.Yield();
        }

        pipeline.Report!.ShouldBalance();
        pipeline.Report!.UndeliveredItems<int>().Should().Equal(42);
        pipeline.Report!.Stages[0].AbandonedWorkers.Should().Be(0);

        IEnumerable<int> Blocking()
        {
            asked.Arrive();
            late.Wait();
            yield return 42;
        }
    }

    [GuardedTheory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Source_ChangesItsContext_IsNotSeenByItsNextCall(int kind)
    {
        ContextSource source = new();
        PipelineBuilder<int> builder = PooledPipeline.CreateBuilder<int>();
        builder = kind switch
        {
            0 => builder.Produce(source.AsEnumerable()),
            1 => builder.Produce(source.AsAsyncEnumerable()),
            _ => builder.Produce((ChannelReader<int>)source),
        };

        await Consume(builder).RunAsync();

        source.Seen.Should().HaveCount(21).And.OnlyContain(seen => seen == null);
    }

    private static PooledPipeline<int> Consume(PipelineBuilder<int> builder) => builder.Consume((_, _) => default(ValueTask)).Build();

    /// <summary>Throws when it moves and when it is disposed, as both kinds of sequence.</summary>
    private sealed class Broken : IEnumerable<int>, IEnumerator<int>, IAsyncEnumerable<int>, IAsyncEnumerator<int>
    {
        public bool Asynchronous { get; private set; }

        public int Current => 0;

        object System.Collections.IEnumerator.Current => 0;

        public IEnumerator<int> GetEnumerator() => this;

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => this;

        public IAsyncEnumerator<int> GetAsyncEnumerator(CancellationToken cancellationToken = default)
        {
            Asynchronous = true;
            return this;
        }

        public bool MoveNext() => throw new InvalidOperationException("move");

        public ValueTask<bool> MoveNextAsync() => throw new InvalidOperationException("move");

        public void Reset() => throw new NotSupportedException();

        public void Dispose() => throw new InvalidOperationException("dispose");

        public ValueTask DisposeAsync() => throw new InvalidOperationException("dispose");
    }

    /// <summary>20 items; each call leaves something behind in its context.</summary>
    private sealed class ContextSource : ChannelReader<int>, IEnumerator<int>, IAsyncEnumerator<int>
    {
        private static readonly AsyncLocal<string?> Ambient = new();

        public List<object?> Seen { get; } = [];

        public int Current => Seen.Count;

        object System.Collections.IEnumerator.Current => Current;

        public IEnumerable<int> AsEnumerable() => new Sequence(this);

        public IAsyncEnumerable<int> AsAsyncEnumerable() => new Sequence(this);

        public bool MoveNext()
        {
            Seen.Add(Ambient.Value ?? (object?)SynchronizationContext.Current);
            Ambient.Value = "left behind";
            SynchronizationContext.SetSynchronizationContext(new SynchronizationContext());
            return Seen.Count <= 20;
        }

        public ValueTask<bool> MoveNextAsync() => new(MoveNext());

        public override bool TryRead(out int item)
        {
            item = 0;
            return MoveNext();
        }

        public override ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default) => new(false);

        public void Reset() => throw new NotSupportedException();

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => default;

        private sealed class Sequence(ContextSource source) : IEnumerable<int>, IAsyncEnumerable<int>
        {
            public IEnumerator<int> GetEnumerator() => source;

            System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => source;

            public IAsyncEnumerator<int> GetAsyncEnumerator(CancellationToken cancellationToken = default) => source;
        }
    }
}
