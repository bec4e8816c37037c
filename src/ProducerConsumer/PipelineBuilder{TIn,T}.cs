namespace ProducerConsumer;

/// <summary>
/// The recipe of a pipeline up to one of its stages. Immutable: every verb returns a new recipe, and one recipe can be
/// continued and built many times.
/// </summary>
/// <typeparam name="TIn">The items that the pipeline takes.</typeparam>
/// <typeparam name="T">The items that it holds at this point.</typeparam>
/// <remarks>The verbs stand in the folders of their stages.</remarks>
public partial class PipelineBuilder<TIn, T>
{
    internal PipelineBuilder(Flow<TIn, T> flow) => Flow = flow;

    /// <summary>The recipe as it is.</summary>
    internal Flow<TIn, T> Flow { get; }

    /// <summary>
    /// Adds a stage of the application's own making, as every verb of this library is one: the code of a worker that
    /// takes items and emits results. See <see cref="StageWorker{T, TOut}"/> for what it may do.
    /// </summary>
    /// <typeparam name="TOut">The results.</typeparam>
    /// <param name="createWorker">Called by each worker when it starts, so that it can have a state of its own; returns a new object each time. What it throws stops the run. Workers start one after the other, so what takes long, such as a connection, belongs into the first call for an item.</param>
    /// <param name="configure">Sets further options of the stage.</param>
    /// <param name="maxWorkers">The most workers that run at once, 1 or more. The default is 1.</param>
    /// <exception cref="ArgumentNullException"><paramref name="createWorker"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxWorkers"/> is less than 1.</exception>
    public PipelineBuilder<TIn, TOut> AddStage<TOut>(
        Func<StageWorker<T, TOut>> createWorker, Action<StageOptions<T>>? configure = null, int maxWorkers = 1)
    {
        Require.NotNull(createWorker, nameof(createWorker), "Give the code that makes a worker.");
        return AddStage(Configure("stage", configure, maxWorkers), createWorker);
    }

    /// <summary>The options of a stage to come, checked and frozen.</summary>
    /// <param name="kind">The name of the stage unless the options say another.</param>
    /// <param name="configure">The application's settings.</param>
    /// <param name="maxWorkers">The shortcut for the most common of them.</param>
    /// <param name="preserveOrder">The shortcut for another.</param>
    /// <param name="dedicatedThreads">Whether workers have threads of their own unless the application says otherwise.</param>
    private StageOptions<T> Configure(
        string kind,
        Action<StageOptions<T>>? configure,
        int maxWorkers,
        bool preserveOrder = false,
        bool dedicatedThreads = false)
    {
        Require.Workers(maxWorkers, nameof(maxWorkers));
        string name = Flow.Names.Free(kind);
        StageOptions<T> options = new(name, kind) { MaxWorkers = maxWorkers, DedicatedThreads = dedicatedThreads };
        if (preserveOrder)
        {
            options.PreserveOrder();
        }

        configure?.Invoke(options);
        options.Freeze();
        if (options.Name != name)
        {
            Flow.Names.Check(options.Name);
        }

        return options;
    }

    /// <summary>Adds a stage that emits results.</summary>
    /// <param name="options">The options.</param>
    /// <param name="createWorker">Makes the code of a worker.</param>
    /// <param name="validate">Refuses, when the pipeline is built, what contradicts the capacity of the stage.</param>
    private PipelineBuilder<TIn, TOut> AddStage<TOut>(
        StageOptions<T> options, Func<StageWorker<T, TOut>> createWorker, Action<int>? validate = null)
    {
        Flow<TIn, T> before = Flow;
        before.RefuseRecycled($"Stage '{options.Name}'");
        return new PipelineBuilder<TIn, TOut>(
            new Flow<TIn, TOut>(before.Head, before.Sources, before.Names.Add(options.Name, options.Kind), Attach));

        BufferedStage<TIn> Attach(Construction construction, BufferedStage<TOut> next)
        {
            validate?.Invoke(options.Capacity ?? before.Head.Capacity);
            ResultWindow<T, TOut>? window = null;
            BufferedStage<T> stage = construction.AddStage(options, (stage, rules) =>
            {
                OrderedOutlet<T, TOut>? ordered = window is null ? null : new(stage.Buffer, next.Buffer, window, stage.Name, stage.MaxBatch);
                Outlet<TOut> outlet = ordered ?? new Outlet<TOut>(next.Buffer, stage.Name);
                SettlingWorker<T> worker = new(stage, rules, CreateCode, outlet);
                if (ordered is not null)
                {
                    ordered.Claim = worker.Claim;
                }

                return worker;

                WorkerCode<T> CreateCode(ItemWorker<T> worker)
                {
                    StageWorker<T, TOut> code = createWorker() ?? throw new InvalidOperationException(
                        $"createWorker of stage '{stage.Name}' returned null. Return a new worker from each call.");
                    code.Attach(worker, outlet);
                    return new WorkerCode<T>(Limit(stage, options, code.Handler), code);
                }
            });
            if (options.PreservesOrder && (options.MaxWorkers > 1 || options.OnFailure.Redelivers))
            {
                // One worker alone keeps the order by itself, unless it comes back to items that failed.
                window = new ResultWindow<T, TOut>(options.Window ?? stage.Buffer.Capacity, stage.Buffer, next.Buffer, stage.Name);
                stage.Buffer.Preserve(window);
            }

            next.ComesAfter(stage.Pool.Completion);
            return before.Attach(construction, stage);
        }
    }

    /// <summary>Adds the last stage.</summary>
    private PipelineRecipe<TIn> AddLastStage(StageOptions<T> options, Func<T, CancellationToken, ValueTask> handle)
    {
        if (options.PreservesOrder)
        {
            throw new ArgumentException(
                $"Stage '{options.Name}' is the last one and emits nothing whose order could be preserved. To handle items in their order, leave PreserveOrder out and have one worker, or one at a time for each key with PartitionBy.");
        }

        Flow<TIn, T> before = Flow;
        return new PipelineRecipe<TIn>(
            before.Head,
            before.Sources,
            before.Names.Add(options.Name, options.Kind),
            construction => before.Attach(construction, construction.AddStage(options, CreateWorker)));

        Worker CreateWorker(BufferedStage<T> stage, FailureRules<T> rules)
        {
            Recycler<T>? recycler = before.Recycle is { } recycle ? new(stage.Run, handle, recycle) : null;
            Func<T, CancellationToken, ValueTask> call = recycler is null ? handle : recycler.HandleAsync;
            return new SettlingWorker<T>(
                stage, rules, _ => new WorkerCode<T>(Limit(stage, options, call)), recycler: recycler);
        }
    }

    /// <summary>Limits the time of a call, if the options say so.</summary>
    private static Func<T, CancellationToken, ValueTask> Limit(
        Stage stage, StageOptions<T> options, Func<T, CancellationToken, ValueTask> handle) =>
        options.Timeout is { } timeout ? new TimeLimit<T>(stage.Run, stage.Name, timeout, handle).HandleAsync : handle;
}
