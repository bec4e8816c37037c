namespace ProducerConsumer.StressTests;

/// <summary>Compares what the report of a flow says with what its sources and stages saw, and both with the model.</summary>
internal sealed class FlowAudit(Flow flow, FlowBooks books, PipelineReport report, Task run)
{
    private readonly StageReport[] _sources = [.. report.Stages.TakeWhile(stage => stage.ItemType is null)];
    private readonly FlowLedger[] _ledgers = FlowLedger.Open(flow, books, report);

    public void Check()
    {
        CheckOutcome();
        CheckColumns();
        CheckFlow();
        new FlowFailures(books, report, _ledgers).Check();
        new FlowTelling(_ledgers, books).Check();
        new FlowOrder(flow, books, _ledgers).Check();

        books.OpenSequences.Should().Be(0, "every sequence is disposed");
        if (report.Outcome is PipelineOutcome.Completed or PipelineOutcome.Drained)
        {
            CheckArrivals();
        }
    }

    private void CheckOutcome()
    {
        PipelineOutcome[] possible = flow.Happening switch
        {
            FlowHappening.Drain => [PipelineOutcome.Drained, PipelineOutcome.Completed],
            FlowHappening.DrainThenAbort => [PipelineOutcome.Aborted, PipelineOutcome.Drained, PipelineOutcome.Completed],
            FlowHappening.Abort or FlowHappening.Dispose => [PipelineOutcome.Aborted, PipelineOutcome.Completed],
            FlowHappening.Token => [PipelineOutcome.Canceled, PipelineOutcome.Completed],
            _ => [PipelineOutcome.Completed],
        };
        report.Outcome.Should().BeOneOf(report.Faults.Any(fault => !fault.AfterStop) ? [PipelineOutcome.Faulted] : possible);
        run.Status.Should().Be(report.Outcome switch
        {
            PipelineOutcome.Faulted => TaskStatus.Faulted,
            PipelineOutcome.Canceled => TaskStatus.Canceled,
            PipelineOutcome.Aborted when flow.Happening == FlowHappening.Dispose => TaskStatus.Canceled,
            _ => TaskStatus.RanToCompletion,
        });
    }

    /// <summary>The books of each stage close, and each edge.</summary>
    private void CheckColumns()
    {
        foreach (FlowLedger ledger in _ledgers)
        {
            StageReport stage = ledger.Report;
            stage.Accepted.Should().Be(
                stage.Completed + stage.Failed + stage.DeadLettered + stage.Undelivered.Count, "the books close: {0}", stage);
            stage.Accepted.Should().Be(ledger.Accepted.Count, "{0} took in what was seen", stage);
            stage.Completed.Should().Be(
                ledger.Accepted.Count - ledger.Failed.Count - ledger.DeadLettered.Count - ledger.Undelivered.Count, "the others went on: {0}", stage);
            (stage.Failed, stage.DeadLettered).Should().Be((ledger.Failed.Count, ledger.DeadLettered.Count), "{0}", stage);
            (stage.InFlight + stage.Dropped).Should().Be(0, "{0}", stage);
        }

        if (flow.Source != FlowSource.Push)
        {
            _ledgers[0].Report.Accepted.Should().Be(_sources.Sum(source => source.Emitted), "the edge of the sources closes");
        }

        foreach ((FlowLedger ledger, FlowLedger next) in _ledgers.Zip(_ledgers.Skip(1)))
        {
            ledger.Report.Emitted.Should().Be(next.Report.Accepted, "the edge from {0} to {1} closes", ledger.Report, next.Report);
        }
    }

    /// <summary>
    /// What came in at the source, and what each stage passed on, is what the next one has: with this, and with the check
    /// of each stage, whatever became of a source item is in one place.
    /// </summary>
    private void CheckFlow()
    {
        IEnumerable<Parcel> passedOn = books.Accepted.SelectMany(share => share).Select(item => Parcel.Of(item));
        foreach (FlowLedger ledger in _ledgers)
        {
            SameItems(ledger.Accepted, passedOn, $"in front of {ledger.Report}");
            ledger.Check();
            passedOn = ledger.PassedOn;
        }
    }

    /// <summary>Nothing was stopped: the consumers have everything that the model makes of what came in, but for what was given up.</summary>
    private void CheckArrivals()
    {
        _ledgers.SelectMany(ledger => ledger.Undelivered).Should().BeEmpty("nothing was stopped");
        ISet<string>[] left = [.. _ledgers.Select(ledger => ledger.Left)];
        SameItems(
            _ledgers[^1].Accepted.SelectMany(item => item.Pieces),
            books.Accepted.SelectMany(share => share).SelectMany(item => flow.PiecesAt(flow.Steps.Count - 1, item, left)),
            "at the end");
    }

    public static void SameItems(IEnumerable<Parcel> actual, IEnumerable<Parcel> expected, string where)
    {
        string[] actualNames = [.. actual.Select(item => item.Name).Order(StringComparer.Ordinal)];
        string[] expectedNames = [.. expected.Select(item => item.Name).Order(StringComparer.Ordinal)];
        if (!actualNames.AsSpan().SequenceEqual(expectedNames))
        {
            Assert.Fail($"Items {where}: {string.Join(", ", actualNames)}, and expected were {string.Join(", ", expectedNames)}.");
        }
    }
}
