namespace ProducerConsumer.StressTests;

/// <summary>What became of every item of one run, as its sources and handlers saw it.</summary>
internal sealed class LifeBooks(LifeShape shape, string name)
{
    /// <summary>For each item, how often it was taken in: returned by its source, or written with success.</summary>
    private readonly int[] _accepted = new int[shape.Total];

    /// <summary>For each item, whether its writer was told that it is not in the pipeline.</summary>
    private readonly bool[] _refused = new bool[shape.Total];

    /// <summary>For each item, how often a call for it has begun.</summary>
    private readonly int[] _begun = new int[shape.Total];

    /// <summary>For each item, how often it came to an end: handled, failed or handed back.</summary>
    private readonly int[] _fates = new int[shape.Total];

    /// <summary>The items in the order in which their calls began.</summary>
    private readonly int[] _order = new int[shape.Total];

    private int _calls;
    private int _handled;
    private int _failed;

    public void Accept(int item) => Interlocked.Increment(ref _accepted[item]);

    public void Refuse(int item) => _refused[item] = true;

    /// <summary>Books the begin of a call; returns how many have begun.</summary>
    public int Begin(int item)
    {
        Interlocked.Increment(ref _begun[item]);
        int number = Interlocked.Increment(ref _calls);
        if (number <= _order.Length)
        {
            _order[number - 1] = item;
        }

        return number;
    }

    public void Handle(int item)
    {
        Interlocked.Increment(ref _fates[item]);
        Interlocked.Increment(ref _handled);
    }

    public void Fail(int item)
    {
        Interlocked.Increment(ref _fates[item]);
        Interlocked.Increment(ref _failed);
    }

    /// <summary>Compares with the report of the run, which has ended.</summary>
    public void Check(PipelineReport report)
    {
        CheckOutcome(report);
        CheckColumns(report);
        foreach (UndeliveredItem undelivered in report.Stages[^1].Undelivered)
        {
            int item = (int)undelivered.Item!;
            _fates[item]++;
            undelivered.Started.Should().Be(_begun[item] > 0, "item {0} of {1}", item, name);
        }

        for (int item = 0; item < shape.Total; item++)
        {
            // Plain comparisons: this is the inner loop of the whole stress.
            if (_accepted[item] > 1 || _begun[item] > 1 || _fates[item] != _accepted[item] || (_refused[item] && _accepted[item] > 0))
            {
                Assert.Fail(
                    $"Item {item}: accepted {_accepted[item]} times, refused {_refused[item]}, begun {_begun[item]} times, {_fates[item]} fates; {name}.");
            }
        }

        if (shape.HasOrder)
        {
            CheckOrder();
        }
    }

    private void CheckOutcome(PipelineReport report)
    {
        PipelineOutcome stopped = shape.Happening switch
        {
            LifeHappening.Drain => PipelineOutcome.Drained,
            LifeHappening.Abort or LifeHappening.Dispose => PipelineOutcome.Aborted,
            LifeHappening.Token => PipelineOutcome.Canceled,
            LifeHappening.HandlerFault or LifeHappening.SourceFault => PipelineOutcome.Faulted,
            _ => PipelineOutcome.Completed,
        };
        report.Outcome.Should().BeOneOf([stopped, PipelineOutcome.Completed], name);
        report.FailureCount.Should().Be(0, name);
        if (report.Outcome is PipelineOutcome.Completed or PipelineOutcome.Drained)
        {
            report.Stages[^1].Undelivered.Should().BeEmpty(name);
        }

        if (shape.Happening == LifeHappening.Nothing)
        {
            _accepted.Zip(_refused).Should().OnlyContain(item => item.First == 1 || item.Second, name);
        }
    }

    private void CheckColumns(PipelineReport report)
    {
        StageReport consumers = report.Stages[^1];
        consumers.Accepted.Should().Be(_accepted.Sum(), name);
        consumers.Accepted.Should().Be(consumers.Completed + consumers.Failed + consumers.Undelivered.Count, name);
        consumers.Completed.Should().Be(_handled, name);
        consumers.Failed.Should().Be(_failed, name);
        (consumers.InFlight + consumers.Dropped).Should().Be(0, name);
        if (shape.Source != LifeSource.Push)
        {
            report.Stages.SkipLast(1).Sum(stage => stage.Emitted).Should().Be(consumers.Accepted, name);
        }

        if (shape.HasStagePerProducer)
        {
            report.Stages.SkipLast(1).Select(stage => stage.Emitted)
                .Should().Equal(_accepted.Chunk(shape.PerProducer).Select(share => (long)share.Sum()), name);
        }
    }

    /// <summary>
    /// One consumer begins the items of a producer in their order. Several may hold batches of them: then an item is
    /// overtaken by no more than what all of them can hold.
    /// </summary>
    private void CheckOrder()
    {
        int most = shape.Consumers == 1 ? 0 : shape.Capacity + (2 * shape.Consumers);
        foreach (IGrouping<int, int> share in _order.Take(_calls).GroupBy(item => item / shape.PerProducer))
        {
            int begun = 0;
            int farthest = -1;
            int[] ranks = new int[shape.PerProducer];
            foreach ((int rank, int item) in share.Order().Index())
            {
                ranks[item % shape.PerProducer] = rank;
            }

            foreach (int item in share)
            {
                // Of the items up to the farthest one, those that have not begun were overtaken by it.
                farthest = Math.Max(farthest, ranks[item % shape.PerProducer]);
                begun++;
                if (farthest + 1 - begun > most)
                {
                    Assert.Fail($"Item {item} overtook {farthest + 1 - begun} items of its producer, {most} at most; {name}.");
                }
            }
        }
    }
}
