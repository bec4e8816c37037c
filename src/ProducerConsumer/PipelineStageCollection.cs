using System.Collections;

namespace ProducerConsumer;

/// <summary>The stages of a pipeline in the order of the flow, also by name.</summary>
public sealed class PipelineStageCollection : IReadOnlyList<PipelineStage>
{
    private readonly PipelineStage[] _stages;

    internal PipelineStageCollection(IEnumerable<PipelineStage> stages) => _stages = [.. stages];

    /// <inheritdoc/>
    public int Count => _stages.Length;

    /// <inheritdoc/>
    public PipelineStage this[int index] => _stages[index];

    /// <summary>The stage of that name.</summary>
    /// <param name="name">The name as it was given to the verb, or the default: <c>producers</c>, <c>consumers</c>.</param>
    /// <exception cref="KeyNotFoundException">No stage has that name; the message lists those there are.</exception>
    public PipelineStage this[string name] =>
        Array.Find(_stages, stage => stage.Name == name)
        ?? throw new KeyNotFoundException(
            $"There is no stage '{name}'. The stages are: {string.Join(", ", _stages.Select(stage => stage.Name))}.");

    /// <inheritdoc/>
    public IEnumerator<PipelineStage> GetEnumerator() => ((IEnumerable<PipelineStage>)_stages).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
