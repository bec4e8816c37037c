namespace ProducerConsumer.Tests;

public sealed class LaneTableTests
{
    /// <param name="hashes">How many different hashes there are: few let most numbers share a chain and a hash.</param>
    /// <param name="stride">How far they are apart: a power of two is the worst for a table that takes the lowest bits.</param>
    [GuardedTheory]
    [InlineData(1, 1)]
    [InlineData(7, 1)]
    [InlineData(100, 1 << 20)]
    [InlineData(5_000, 1)]
    [InlineData(5_000, -1)]
    [InlineData(5_000, 65_536)]
    public async Task LaneTable_RandomSteps_FindsWhatIsInIt(int hashes, int stride)
    {
        Random random = new(hashes);
        LaneTable table = new();
        Dictionary<int, int?> model = [];
        await Task.Run(() =>
        {
            for (int step = 0; step < 10_000; step++)
            {
                bool fills = step % 4_000 < 2_500;
                if (random.Next(10) < (fills ? 7 : 3))
                {
                    int? hash = random.Next(20) == 0 ? null : unchecked(random.Next(hashes) * stride);
                    int added = hash is { } known ? table.Add(known) : table.Add();
                    model.TryAdd(added, hash).Should().BeTrue("a number in use is not given again");
                    added.Should().BeLessThan(step + 1, "numbers stay small");
                }
                else if (model.Count > 0)
                {
                    int removed = model.Keys.ElementAt(random.Next(model.Count));
                    table.Remove(removed);
                    model.Remove(removed);
                }

                if (step % 16 == 0)
                {
                    int sought = unchecked(random.Next(hashes) * stride);
                    Find(table, sought).Order().Should().Equal(model.Where(lane => lane.Value == sought).Select(lane => lane.Key).Order());
                }
            }
        });
    }

    [GuardedFact]
    public async Task LaneTable_NumbersComeAndGo_AreUsedAgain()
    {
        LaneTable table = new();
        for (int i = 0; i < 1_000; i++)
        {
            int first = table.Add(i);
            int second = table.Add(i);
            (first, second).Should().BeOneOf((0, 1), (1, 0));
            table.Remove(first);
            table.Remove(second);
        }

        await Task.CompletedTask;
    }

    /// <summary>The numbers that were added with this hash.</summary>
    private static List<int> Find(LaneTable table, int hash)
    {
        List<int> found = [];
        for (int number = table.First(hash); number != LaneTable.None; number = table.Next(number))
        {
            if (table.Has(number, hash))
            {
                found.Add(number);
            }
        }

        return found;
    }
}
