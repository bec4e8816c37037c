namespace ProducerConsumer;

/// <summary>
/// A run was stopped by a fault of user code. Carries every root fault with its item, stage and stack trace, and the
/// report with everything that was not finished.
/// </summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1032", Justification = "Only a run can say which faults ended it.")]
public sealed class PipelineException : Exception
{
    internal PipelineException(PipelineReport report)
        : base(message: null, report.Faults[0].Exception) => Report = report;

    /// <inheritdoc/>
    /// <remarks>Made when it is asked for, because it shows texts of the application's exceptions and items.</remarks>
    public override string Message
    {
        get
        {
            string more = Faults.Count > 1 ? $" ({Faults.Count - 1} more in Faults)" : "";
            return $"Pipeline '{Report.Name}' was stopped by a fault in {Faults[0]}{more}. Its Report lists what was not finished.";
        }
    }

    /// <summary>How the run ended, with its books and the undelivered items.</summary>
    public PipelineReport Report { get; }

    /// <summary>
    /// All faults: the first is the one that stopped the run and is the <see cref="Exception.InnerException"/> too; those
    /// with <see cref="ItemFailure.AfterStop"/> come last.
    /// </summary>
    public IReadOnlyList<ItemFailure> Faults => Report.Faults;
}
