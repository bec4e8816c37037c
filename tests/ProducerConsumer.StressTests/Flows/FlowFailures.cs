namespace ProducerConsumer.StressTests;

/// <summary>Every failure is reported, of its stage and its item, and became what the policy of its stage says.</summary>
internal sealed class FlowFailures(FlowBooks books, PipelineReport report, IReadOnlyList<FlowLedger> ledgers)
{
    public void Check()
    {
        report.Faults.Where(fault => !fault.HasItem).Select(fault => fault.Exception)
            .Should().BeEquivalentTo(books.SourceFault is { } fault ? [fault] : Array.Empty<Exception>());
        report.Faults.Skip(1).Where(fault => !fault.AfterStop).Should().BeEmpty("one fault stops the run");
        report.Failures.Where(failure => !failure.HasItem).Should().BeEmpty("no callback threw");
        report.FailureCount.Should().Be(report.Failures.Count);
        foreach (FlowLedger ledger in ledgers)
        {
            CheckStage(ledger);
        }
    }

    private void CheckStage(FlowLedger ledger)
    {
        ItemFailure[] faults = [.. report.Faults.Where(fault => fault.HasItem && fault.Stage == ledger.Report.Name)];
        FlowAudit.SameItems(
            [.. faults.Concat(ledger.GivenUp).Select(failure => Parcel.Of(failure.Item))],
            [.. ledger.Failed, .. ledger.DeadLettered],
            $"that failed in {ledger.Report}");

        int spent = ledger.LastCalls.Count(call => call.Letter != FlowEnd.None);
        foreach (ItemFailure failure in ledger.GivenUp)
        {
            FlowCall call = CheckRecord(ledger, failure);
            call.IsLast.Should().BeTrue("{0} is given up after the last call", failure);
            call.Letter.Should().BeOneOf(
                ledger.Step.Failing is { LettersOneOf: > 0 } ? [FlowEnd.Returned, FlowEnd.Failed] : [FlowEnd.None], "of {0}", failure);
            spent += call.Letter == FlowEnd.Returned ? 0 : 1;
        }

        // Without a policy none is allowed.
        int? budget = ledger.Step.Failing is { } failing ? failing.Budget : 0;
        (spent > budget).Should().BeFalse("{0} had {1} failures, and {2} are allowed", ledger.Report, spent, budget);
        foreach (ItemFailure fault in faults)
        {
            FlowCall call = CheckRecord(ledger, fault);
            (fault.AfterStop || (call.IsLast && spent == budget)).Should().BeTrue(
                "{0} stops the run after {1} failures of {2} in {3}", fault, spent, budget, ledger.Report);
        }
    }

    private static FlowCall CheckRecord(FlowLedger ledger, ItemFailure failure)
    {
        FlowCall call = ledger.CallFor(Parcel.Of(failure.Item));
        failure.Attempt.Should().Be(call.Attempt, "of {0}", failure);
        if (call.LetterDoom is { } letterDoom)
        {
            failure.Exception.Should().BeOfType<AggregateException>().Which.InnerExceptions.Should().Equal(call.Doom!, letterDoom);
        }
        else
        {
            failure.Exception.Should().BeSameAs(call.Doom);
        }

        return call;
    }
}
