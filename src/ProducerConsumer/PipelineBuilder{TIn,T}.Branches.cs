namespace ProducerConsumer;

public partial class PipelineBuilder<TIn, T>
{
    /// <summary>Ends the recipe with a stage that passes its items on to branches.</summary>
    /// <param name="options">The options of the stage.</param>
    /// <param name="branches">The application's code that makes each branch out of a builder.</param>
    /// <param name="createHandler">Makes the code of a worker, which emits each item into the branches.</param>
    private PipelineRecipe<TIn> AddBranches(
        StageOptions<T> options,
        Func<PipelineBuilder<T, T>, PipelineRecipe<T>>[] branches,
        Func<BranchingOutlet<T>, Func<T, CancellationToken, ValueTask>> createHandler)
    {
        if (options.PreservesOrder)
        {
            throw new ArgumentException(
                $"Stage '{options.Name}' passes items on to branches, and keeps their order with one worker. Leave PreserveOrder out, and leave MaxWorkers at 1 or have any order.");
        }

        Flow<TIn, T> before = Flow;
        before.RefuseRecycled($"Stage '{options.Name}'");
        StageNames names = before.Names.Add(options.Name, options.Kind);
        PipelineRecipe<T>[] recipes = new PipelineRecipe<T>[branches.Length];
        for (int i = 0; i < branches.Length; i++)
        {
            recipes[i] = CreateBranch(branches, i, names);
            names = recipes[i].Names;
        }

        return new PipelineRecipe<TIn>(before.Head, before.Sources, names, Build);

        BufferedStage<TIn> Build(Construction construction)
        {
            BufferedStage<T>[] firsts = new BufferedStage<T>[recipes.Length];
            for (int i = recipes.Length - 1; i >= 0; i--)
            {
                firsts[i] = recipes[i].BuildStages(construction); // The last branch first, as all that is built.
            }

            BufferedStage<T> stage = construction.AddStage(options, (stage, rules) =>
            {
                BranchingOutlet<T> outlet = new(firsts.Select(first => first.Buffer), stage.Name);
                return new SettlingWorker<T>(
                    stage, rules, _ => new WorkerCode<T>(Limit(stage, options, createHandler(outlet))), outlet);
            });
            foreach (BufferedStage<T> first in firsts)
            {
                first.ComesAfter(stage.Pool.Completion);
            }

            return before.Attach(construction, stage);
        }
    }

    /// <summary>Has the application make one branch, out of a builder whose head nobody else has.</summary>
    private PipelineRecipe<T> CreateBranch(
        Func<PipelineBuilder<T, T>, PipelineRecipe<T>>[] branches, int index, StageNames names)
    {
        PipelineHead head = Flow.Head with { };
        PipelineRecipe<T> recipe = branches[index](new PipelineBuilder<T, T>(new Flow<T, T>(head, [], names, static (_, next) => next)));
        return ReferenceEquals(recipe?.Head, head)
            ? recipe
            : throw new ArgumentException(
                $"branches[{index}] returned {(recipe is null ? "null" : "a recipe of another builder")}. Return what Consume, Broadcast or Route makes of the builder that the branch is given.",
                nameof(branches));
    }
}
