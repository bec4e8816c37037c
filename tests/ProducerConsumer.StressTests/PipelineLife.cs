namespace ProducerConsumer.StressTests;

/// <summary>One run, from its recipe to the check of its books.</summary>
internal sealed class PipelineLife(LifeShape shape, GateKeeper keeper, string name)
{
    private readonly LifeBooks _books = new(shape, name);
    private readonly TaskCompletionSource _moment = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async Task RunAsync()
    {
        LifeFeed feed = new(shape, _books, keeper);
        using CancellationTokenSource token = new();
        await using PooledPipeline<int> pipeline = feed.AddTo(PooledPipeline.CreateBuilder<int>(shape.Capacity))
            .Consume(HandleAsync, maxWorkers: shape.Consumers)
            .Build();
        Task run = Task.WhenAny(pipeline.RunAsync(token.Token));
        Task push = shape.Source == LifeSource.Push ? feed.PushAsync(pipeline.Writer) : Task.CompletedTask;
        if (shape.Moment > 0)
        {
            await Task.WhenAny(_moment.Task, run);
        }

        switch (shape.Happening)
        {
            case LifeHappening.Drain:
                await pipeline.StopAsync(StopMode.Drain, CancellationToken.None);
                break;
            case LifeHappening.Abort:
                await pipeline.StopAsync(StopMode.Abort, CancellationToken.None);
                break;
            case LifeHappening.Dispose:
                await pipeline.DisposeAsync();
                break;
            case LifeHappening.Token:
                await token.CancelAsync();
                break;
        }

        await run;
        await push;
        feed.BookChannels();
        _books.Check(pipeline.Report!);
    }

    private async ValueTask HandleAsync(int item, CancellationToken cancellationToken)
    {
        if (_books.Begin(item) == shape.Moment)
        {
            _moment.TrySetResult();
            if (shape.Happening == LifeHappening.HandlerFault)
            {
                _books.Fail(item);
                throw new InvalidOperationException("the fault of this run");
            }
        }

        LifeHandler kind = shape.Handler == LifeHandler.Changes ? (LifeHandler)shape.Roll(item, purpose: 4, sides: 4) : shape.Handler;
        switch (kind)
        {
            case LifeHandler.Yields:
                await Task.Yield();
                break;
            case LifeHandler.SometimesBlocks when shape.Roll(item, purpose: 5, sides: 16) == 0:
                keeper.Block();
                break;
            case LifeHandler.SometimesSuspends when shape.Roll(item, purpose: 5, sides: 16) is var side and < 4:
                // Half of them ignore their token, and half are resumed on the stack of the keeper.
                await keeper.PassAsync(inline: side % 2 == 0, side < 2 ? cancellationToken : CancellationToken.None);
                break;
        }

        cancellationToken.ThrowIfCancellationRequested();
        _books.Handle(item);
    }
}
