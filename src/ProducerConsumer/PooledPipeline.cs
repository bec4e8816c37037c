namespace ProducerConsumer;

/// <summary>Where every pipeline begins.</summary>
public static class PooledPipeline
{
    /// <summary>Begins the recipe of a pipeline.</summary>
    /// <typeparam name="T">The items. <see langword="null"/> and default values are ordinary items; none means "end".</typeparam>
    /// <param name="capacity">The most items that wait in front of each stage that sets no other capacity, 1 or more. The default is 1024.</param>
    /// <param name="name">The name in reports and logs. The default is <c>pipeline</c>.</param>
    /// <param name="configure">Sets further options of the whole pipeline.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="capacity"/> is less than 1.</exception>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty or white space.</exception>
    public static PipelineBuilder<T> CreateBuilder<T>(
        int capacity = 1024, string? name = null, Action<PipelineOptions>? configure = null)
    {
        Require.Capacity(capacity, nameof(capacity));
        name ??= "pipeline";
        Require.Name(name, nameof(name));
        PipelineOptions options = new();
        configure?.Invoke(options);
        options.Freeze();
        return new PipelineBuilder<T>(new Flow<T, T>(new PipelineHead(name, capacity, options), [], StageNames.None, static (_, next) => next));
    }
}
