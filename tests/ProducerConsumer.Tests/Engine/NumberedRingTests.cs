namespace ProducerConsumer.Tests;

public sealed class NumberedRingTests
{
    [GuardedTheory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task NumberedRing_RandomSteps_KeepsTheValueOfEachNumberInUse(int seed)
    {
        Random random = new(seed);
        NumberedRing<string?> ring = new();
        long first = 0;
        long end = 0;
        await Task.Run(() =>
        {
            for (int step = 0; step < 2_000; step++)
            {
                int added = random.Next((step / 200 % 2) == 0 ? 40 : 5); // Fills for a while, then drains.
                ring.Reserve((int)(end - first) + added, first, end);
                ring.Write(end, [.. Numbers(end, added)]);
                end += added;
                if (end > first)
                {
                    ring[end - 1].Should().Be($"{end - 1}");
                }

                string?[] all = new string?[end - first];
                ring.Read(first, all);
                all.Should().Equal(Numbers(first, all.Length));

                int removed = random.Next((int)Math.Min(end - first, 25) + 1);
                ring.Forget(first, removed);
                for (long number = first; number < first + removed; number++)
                {
                    ring[number].Should().BeNull();
                }

                first += removed;
            }
        });
    }

    private static IEnumerable<string> Numbers(long first, int count) =>
        Enumerable.Range(0, count).Select(offset => $"{first + offset}");
}
