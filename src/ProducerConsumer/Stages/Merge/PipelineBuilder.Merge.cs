using System.Collections.Immutable;

namespace ProducerConsumer;

public partial class PipelineBuilder<TIn, T>
{
    /// <summary>
    /// Lets the items of another recipe flow into this one: both feed the next stage, which completes after the last of
    /// both. They are parts of one pipeline, which stops as one. The order between the two is that of arrival.
    /// </summary>
    /// <typeparam name="TOther">What the producers of the other recipe emit.</typeparam>
    /// <param name="other">
    /// A recipe with producers, up to a stage whose results have the type of this one's. It stays as it is, and can be this
    /// same recipe: what is merged are copies, each with sources and stages of its own.
    /// </param>
    /// <remarks>
    /// The name and the options of the pipeline are those of this recipe; the stages of the other one keep the capacity
    /// that they would have without the merge. Where both have a stage with the same default name, the other one's gets
    /// the next free number.
    /// </remarks>
    /// <exception cref="ArgumentNullException"><paramref name="other"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">The other recipe has no producers, or a stage of it was given the name of a stage of this one.</exception>
    /// <exception cref="InvalidOperationException">This recipe has neither producers nor a stage.</exception>
    public PipelineBuilder<TIn, T> Merge<TOther>(PipelineBuilder<TOther, T> other)
    {
        Require.NotNull(other, nameof(other), "Give a recipe with producers.");
        Flow<TIn, T> before = Flow;
        Flow<TOther, T> from = other.Flow;
        before.RefuseRecycled("Merge");
        from.RefuseRecycled("Merge");
        if (from.Sources.IsEmpty)
        {
            throw new ArgumentException(
                $"other, which begins as '{from.Head.Name}', has no producers of its own, and nobody could write to it. Add Produce to it; a recipe that the application pushes to is the one that Merge is called on.",
                nameof(other));
        }

        // What the application pushes ends with its writer, and the buffer in which it ends cannot be anybody else's.
        if (before.Names.IsEmpty)
        {
            throw new InvalidOperationException(
                $"Merge finds neither producers nor a stage in '{before.Head.Name}'. Add Produce or a stage before Merge, or go on from the other recipe.");
        }

        StageNames names = before.Names.Merge(from.Names, out ImmutableDictionary<string, string> renamed);
        return new PipelineBuilder<TIn, T>(before with { Names = names, Attach = Attach });

        BufferedStage<TIn> Attach(Construction construction, BufferedStage<T> next)
        {
            Construction merged = construction.ForMerged(from.Head, renamed);
            merged.AddSources(from.Sources, from.Attach(merged, next));
            return before.Attach(construction, next);
        }
    }
}
