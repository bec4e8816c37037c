namespace ProducerConsumer.Tests;

internal static class Books
{
    public static StageReport Consumers(this PipelineReport report) => report.Stages[^1];

    /// <summary>The identity of every stage, and of the edges in a flow without branches.</summary>
    public static void ShouldBalance(this PipelineReport report)
    {
        report.ShouldCloseBooks();
        StageReport[] producers = [.. report.Stages.TakeWhile(stage => stage.ItemType is null)];
        StageReport[] others = [.. report.Stages.Skip(producers.Length)];
        if (producers.Length > 0)
        {
            others[0].Accepted.Should().Be(producers.Sum(stage => stage.Emitted), "the edge closes");
        }

        for (int i = 1; i < others.Length; i++)
        {
            others[i].Accepted.Should().Be(others[i - 1].Emitted, "the edge from {0} to {1} closes", others[i - 1], others[i]);
        }
    }

    /// <summary>The identity of every stage, and of all edges together in a flow with branches, whose inputs are producers.</summary>
    public static void ShouldBalanceWithBranches(this PipelineReport report)
    {
        report.ShouldCloseBooks();
        report.Stages.Sum(stage => stage.Accepted).Should().Be(report.Stages.Sum(stage => stage.Emitted), "the edges close");
    }

    private static void ShouldCloseBooks(this PipelineReport report)
    {
        foreach (StageReport stage in report.Stages)
        {
            stage.Accepted.Should().Be(
                stage.Completed + stage.Failed + stage.DeadLettered + stage.Dropped + stage.Undelivered.Count + stage.InFlight, "the books of {0} close", stage);
            stage.InFlightItems.Should().HaveCount((int)stage.InFlight);
        }
    }

    /// <summary>How many items came into the pipeline.</summary>
    public static long Entered(this PipelineReport report)
    {
        StageReport[] producers = [.. report.Stages.Where(stage => stage.ItemType is null)];
        return producers.Length > 0 ? producers.Sum(stage => stage.Emitted) : report.Stages[0].Accepted;
    }

    /// <summary>The ids of all items that were handed back, each once: as they came, or in a batch.</summary>
    public static IEnumerable<int> IdsHandedBack(this PipelineReport report) => report.Stages
        .SelectMany(stage => stage.Undelivered)
        .SelectMany(entry => entry.Item is IReadOnlyList<int> batch ? batch : [(int)entry.Item!])
        .Where(id => id >= 0)
        .Distinct();

    /// <summary>
    /// Every accepted item is in exactly one place: handled, failed, in flight or handed back. A stage called <c>shadow</c>
    /// gets the same items as another one, and does not count.
    /// </summary>
    public static void ShouldAccountFor(this PipelineReport report, IEnumerable<int> completed, IEnumerable<int>? failed = null)
    {
        UndeliveredItem[] unfinished =
        [
            .. report.Stages.Where(stage => stage.Name != "shadow").SelectMany(stage => stage.Undelivered.Concat(stage.InFlightItems)),
        ];
        int[] places = [.. completed, .. failed ?? [], .. unfinished.SelectMany(ItemsOf)];
        places.Should().OnlyHaveUniqueItems();
        IEnumerable<int> onlyShadowed = unfinished.Where(entry => entry.Emitted > 0 && entry.Refused.Contains(entry.Item))
            .Select(entry => (int)entry.Item!).Except(places);
        places.Concat(onlyShadowed).Should().HaveCount((int)(report.Entered() - report.Stages.Sum(stage => stage.Dropped)));
    }

    /// <summary>
    /// The ids that an entry stands for. Of a batch that goes on one by one, those that are not with the next stage; and
    /// none if that has the id, or if it is no id but something that a stage added.
    /// </summary>
    private static IEnumerable<int> ItemsOf(UndeliveredItem entry) => entry.Item switch
    {
        IReadOnlyList<int> batch => batch.Skip(entry.Emitted),
        int id when id >= 0 && entry.Emitted == 0 => [id],
        _ => [],
    };
}
