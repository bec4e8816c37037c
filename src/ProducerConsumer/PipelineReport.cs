using System.Globalization;
using System.Text;

namespace ProducerConsumer;

/// <summary>How a run ended: its outcome, its closed books, and everything that was not finished.</summary>
public sealed class PipelineReport
{
    internal PipelineReport(
        string name,
        PipelineOutcome outcome,
        TimeSpan duration,
        IReadOnlyList<StageReport> stages,
        IReadOnlyList<ItemFailure> faults,
        IReadOnlyList<ItemFailure> failures,
        long failureCount)
    {
        Name = name;
        Outcome = outcome;
        Duration = duration;
        Stages = stages;
        Faults = faults;
        Failures = failures;
        FailureCount = failureCount;
    }

    /// <summary>The name of the pipeline.</summary>
    public string Name { get; }

    /// <summary>How the run ended.</summary>
    public PipelineOutcome Outcome { get; }

    /// <summary>From the start to the end on the pipeline's clock; zero when it never started.</summary>
    public TimeSpan Duration { get; }

    /// <summary>The books of the stages, in the order of the flow.</summary>
    public IReadOnlyList<StageReport> Stages { get; }

    /// <summary>
    /// All faults of delegates: first the one that stopped the run, then those that were caught after the stop
    /// (<see cref="ItemFailure.AfterStop"/>).
    /// </summary>
    public IReadOnlyList<ItemFailure> Faults { get; }

    /// <summary>
    /// Exceptions that stopped nothing: of items that were skipped or dead-lettered, and of callbacks. At most
    /// <see cref="PipelineOptions.MaxRecordedFailures"/> of them.
    /// </summary>
    public IReadOnlyList<ItemFailure> Failures { get; }

    /// <summary>How many such exceptions there were, also beyond those kept in <see cref="Failures"/>.</summary>
    public long FailureCount { get; }

    /// <summary>The undelivered items that are of type <typeparamref name="T"/>, of all stages: in each first those that were started, then the others, oldest first.</summary>
    /// <typeparam name="T">The type of the items to hand out.</typeparam>
    public IReadOnlyList<T> UndeliveredItems<T>()
    {
        List<T> items = [];
        foreach (StageReport stage in Stages)
        {
            foreach (UndeliveredItem undelivered in stage.Undelivered)
            {
                if (undelivered.Item is T item)
                {
                    items.Add(item);
                }
                else if (undelivered.Item is null && stage.ItemType?.IsAssignableTo(typeof(T)) == true)
                {
                    items.Add(default!); // null is an ordinary item of this stage.
                }
            }
        }

        return items;
    }

    /// <summary>The report as a few lines of text.</summary>
    public override string ToString()
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"Pipeline '{Name}': {Outcome} after {Duration.TotalSeconds:0.000} s");
        foreach (StageReport stage in Stages)
        {
            text.AppendLine().Append("  ").Append(stage);
        }

        foreach (ItemFailure fault in Faults)
        {
            text.AppendLine().Append("  fault in ").Append(fault);
        }

        if (FailureCount > 0)
        {
            text.AppendLine().Append(CultureInfo.InvariantCulture, $"  {FailureCount} failures stopped nothing, {Failures.Count} of them recorded");
        }

        return text.ToString();
    }
}
