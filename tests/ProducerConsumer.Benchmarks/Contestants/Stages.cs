namespace ProducerConsumer.Benchmarks;

/// <summary>What the stages do that stand between producer and consumer, and how a batch reaches the handler.</summary>
internal static class Stages
{
    public const int BatchSize = 100;

    public static T First<T>(T item)
        where T : IItem<T> => T.Create(item.Id + 1);

    /// <summary>Undoes the first, so that the consumer can check what it gets.</summary>
    public static T Second<T>(T item)
        where T : IItem<T> => T.Create(item.Id - 1);

    public static void Handle<T>(IEnumerable<T> batch, Func<T, CancellationToken, ValueTask> handler)
    {
        // Most contestants give a list, whose enumerator would count as theirs.
        if (batch is IReadOnlyList<T> list)
        {
            for (int i = 0; i < list.Count; i++)
            {
                Handled.AtOnce(handler(list[i], CancellationToken.None));
            }

            return;
        }

        foreach (T item in batch)
        {
            Handled.AtOnce(handler(item, CancellationToken.None));
        }
    }
}
