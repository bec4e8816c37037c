using System.Collections.Immutable;

namespace ProducerConsumer;

/// <summary>What a recipe says of the whole pipeline.</summary>
internal sealed record PipelineHead(string Name, int Capacity, PipelineOptions Options);

/// <summary>What a recipe says of one producer stage.</summary>
internal sealed record SourceBlueprint<T>(
    string Name, int Turns, int MaxWorkers, bool DedicatedThreads, Func<SourceStage, BoundedBuffer<T>, Worker> CreateWorker);

/// <summary>A recipe up to a point: what has to be built before the stage that comes there.</summary>
/// <param name="Head">The whole pipeline.</param>
/// <param name="Sources">The producers, which write what the pipeline takes.</param>
/// <param name="Names">The names of all stages so far.</param>
/// <param name="Attach">Builds the stages between the sources and the given one; returns the first of them, or the given one if there are none.</param>
/// <param name="Recycle">Takes an item back to be used again when the last stage has completed it; null when items are not used again.</param>
/// <typeparam name="TIn">What the pipeline takes.</typeparam>
/// <typeparam name="T">What it holds at this point.</typeparam>
internal sealed record Flow<TIn, T>(
    PipelineHead Head,
    ImmutableArray<SourceBlueprint<TIn>> Sources,
    StageNames Names,
    Func<Construction, BufferedStage<T>, BufferedStage<TIn>> Attach,
    Action<T>? Recycle = null)
{
    /// <summary>Refuses a stage that would pass on items, or parts of them, that are about to be used again.</summary>
    /// <param name="next">What comes here.</param>
    public void RefuseRecycled(string next)
    {
        if (Recycle is not null)
        {
            throw new InvalidOperationException(
                $"{next} comes after Batch with pooled: true, whose lists are used again as soon as their consumer has returned. Put Consume or ConsumeBlocking directly after that Batch, or leave pooled out.");
        }
    }
}
