using System.Globalization;

namespace ProducerConsumer;

public partial class PipelineBuilder<TIn, T>
{
    /// <summary>
    /// Ends the recipe with several branches, of which each item goes to one. A branch that is full holds this stage back
    /// once an item is for it, and with it the others.
    /// </summary>
    /// <param name="selector">
    /// A quick function that returns the number of the branch, from 0 on, in the order of <paramref name="branches"/>.
    /// Any other number is a failure of the item, as if the function had thrown: it stops the run unless the stage has
    /// another policy.
    /// </param>
    /// <param name="branches">Each makes one branch: it goes on from the builder that it is given and ends it, for example <c>branch =&gt; branch.Batch(100).Consume(SaveAsync)</c>. At least one.</param>
    /// <exception cref="ArgumentException">There is no branch, or one that is <see langword="null"/>, one returned a recipe of another builder, or two stages have the same name.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="selector"/> or <paramref name="branches"/> is <see langword="null"/>.</exception>
    public PipelineRecipe<TIn> Route(
        Func<T, int> selector, params Func<PipelineBuilder<T, T>, PipelineRecipe<T>>[] branches) =>
        AddRoute(selector, configure: null, branches);

    /// <inheritdoc cref="Route(Func{T, int}, Func{PipelineBuilder{T, T}, PipelineRecipe{T}}[])"/>
    /// <param name="selector">A quick function that returns the number of the branch, from 0 on. Any other number is a failure of the item.</param>
    /// <param name="configure">Sets options of the stage that passes the items on, such as what happens to those without a branch. With one worker, which is the default, each branch gets its items in their order.</param>
    /// <param name="branches">Each makes one branch out of the builder that it is given. At least one.</param>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public PipelineRecipe<TIn> Route(
        Func<T, int> selector,
        Action<StageOptions<T>> configure,
        params Func<PipelineBuilder<T, T>, PipelineRecipe<T>>[] branches)
    {
        Require.NotNull(configure, nameof(configure), "Leave it out to have the default options.");
        return AddRoute(selector, configure, branches);
    }

    private PipelineRecipe<TIn> AddRoute(
        Func<T, int> selector,
        Action<StageOptions<T>>? configure,
        Func<PipelineBuilder<T, T>, PipelineRecipe<T>>[] branches)
    {
        Require.NotNull(selector, nameof(selector), "Give a quick function that returns the number of a branch.");
        Require.Branches(branches, nameof(branches));
        StageOptions<T> options = Configure("route", configure, maxWorkers: 1);
        return AddBranches(options, branches, outlet => (item, _) => outlet.EmitToAsync(Check(selector(item), outlet.Count), item));

        int Check(int index, int count) => index >= 0 && index < count
            ? index
            : throw new InvalidOperationException(string.Create(
                CultureInfo.InvariantCulture,
                $"The selector of route stage '{options.Name}' returned {index}, and there are {count} branches. Return 0 to {count - 1}, or leave the item out before with Where."));
    }
}
