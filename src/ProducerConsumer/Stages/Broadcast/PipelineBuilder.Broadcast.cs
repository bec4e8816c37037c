namespace ProducerConsumer;

public partial class PipelineBuilder<TIn, T>
{
    /// <summary>
    /// Ends the recipe with several branches, each of which gets every item. The slowest branch holds this stage back, and
    /// with it the others.
    /// </summary>
    /// <param name="branches">Each makes one branch: it goes on from the builder that it is given and ends it, for example <c>branch =&gt; branch.Batch(100).Consume(SaveAsync)</c>. At least one.</param>
    /// <exception cref="ArgumentException">There is no branch, or one that is <see langword="null"/>, one returned a recipe of another builder, or two stages have the same name.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="branches"/> is <see langword="null"/>.</exception>
    /// <remarks>
    /// The branches get the same item and not copies: what one of them changes in it the others see, perhaps at the same
    /// time. Each settles the item on its own; whoever waits for it, see <see cref="PipelineWriter{T}.WriteTrackedAsync"/>,
    /// is told of the worst outcome. After a stop that is no drain an item can be with some branches while others refused
    /// it: then it is undelivered in this stage, and <see cref="UndeliveredItem.Emitted"/> says how many have it.
    /// </remarks>
    public PipelineRecipe<TIn> Broadcast(params Func<PipelineBuilder<T, T>, PipelineRecipe<T>>[] branches) =>
        AddBroadcast(configure: null, branches);

    /// <inheritdoc cref="Broadcast(Func{PipelineBuilder{T, T}, PipelineRecipe{T}}[])"/>
    /// <param name="configure">Sets options of the stage that passes the items on. With one worker, which is the default, each branch gets them in their order.</param>
    /// <param name="branches">Each makes one branch out of the builder that it is given. At least one.</param>
    /// <exception cref="ArgumentNullException"><paramref name="configure"/> or <paramref name="branches"/> is <see langword="null"/>.</exception>
    public PipelineRecipe<TIn> Broadcast(
        Action<StageOptions<T>> configure, params Func<PipelineBuilder<T, T>, PipelineRecipe<T>>[] branches)
    {
        Require.NotNull(configure, nameof(configure), "Leave it out to have the default options.");
        return AddBroadcast(configure, branches);
    }

    private PipelineRecipe<TIn> AddBroadcast(
        Action<StageOptions<T>>? configure, Func<PipelineBuilder<T, T>, PipelineRecipe<T>>[] branches)
    {
        Require.Branches(branches, nameof(branches));
        return AddBranches(
            Configure("broadcast", configure, maxWorkers: 1), branches, static outlet => (item, _) => outlet.EmitToAllAsync(item));
    }
}
