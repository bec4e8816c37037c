namespace ProducerConsumer.ExplorationTests;

/// <summary>Items are taken away from a claim while its owner goes from one to the next: each is started or taken away.</summary>
public sealed class TakeFromAClaimTests : ScenarioContract
{
    protected internal override IReadOnlyList<string> Faults => ["limit-is-not-lowered", "started-item-is-taken-away", "refused-item-is-started"];

    protected override async Task RunAsync()
    {
        object gate = new();
        Claim<int> claim = new();
        claim.Reserve(3);
        new[] { 1, 2, 3 }.CopyTo(claim.Fill_NeedsLock(count: 3, ticket: 1));
        Task<List<int>> owner = Task.Run(() =>
        {
            List<int> started = [];
            while (claim.TryStart(out int item) || (claim.IsRefused && IsStartedAllTheSame(out item)))
            {
                started.Add(item);
                claim.Settle();
            }

            return started;
        });
        int[] taken = await Task.Run(() =>
        {
            lock (gate)
            {
                (int settled, bool isRunning, _, int waiting) = claim.Look_NeedsLock();
                (settled + (isRunning ? 1 : 0) + waiting).Should().Be(3);
                claim.BeginTake_NeedsLock();
                return Array.ConvertAll(claim.EndTake_NeedsLock(), static single => single.Item);
            }
        });
        List<int> started = await owner;
        started.Concat(taken).Should().Equal(1, 2, 3);
        claim.TakeSettled_NeedsLock(claim.Settled_NeedsLock).Should().Be(started.Count);
        claim.Unstarted.Should().Be(0);

        bool IsStartedAllTheSame(out int item)
        {
            lock (gate)
            {
                return claim.TryStartRefused_NeedsLock(out item);
            }
        }
    }
}
