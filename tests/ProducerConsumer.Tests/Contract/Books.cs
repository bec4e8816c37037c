namespace ProducerConsumer.Tests;

internal static class Books
{
    public static StageReport Consumers(this PipelineReport report) => report.Stages[^1];

    /// <summary>The identity of every stage, and of the edge between the two.</summary>
    public static void ShouldBalance(this PipelineReport report)
    {
        foreach (StageReport stage in report.Stages)
        {
            stage.Accepted.Should().Be(
                stage.Completed + stage.Failed + stage.Dropped + stage.Undelivered.Count + stage.InFlight, "the books of {0} close", stage);
            stage.InFlightItems.Should().HaveCount((int)stage.InFlight);
        }

        StageReport[] producers = [.. report.Stages.SkipLast(1)];
        if (producers.Length > 0)
        {
            report.Consumers().Accepted.Should().Be(producers.Sum(stage => stage.Emitted), "the edge closes");
        }
    }

    /// <summary>Every accepted item is in exactly one place: handled, failed, in flight or handed back.</summary>
    public static void ShouldAccountFor(this PipelineReport report, IEnumerable<int> completed, IEnumerable<int>? failed = null)
    {
        StageReport consumers = report.Consumers();
        int[] places =
        [
            .. completed, .. failed ?? [], .. report.UndeliveredItems<int>(), .. consumers.InFlightItems.Select(entry => (int)entry.Item!),
        ];
        places.Should().OnlyHaveUniqueItems();
        places.Should().HaveCount((int)(consumers.Accepted - consumers.Dropped));
    }
}
