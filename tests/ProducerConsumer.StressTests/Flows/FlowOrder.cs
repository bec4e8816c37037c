namespace ProducerConsumer.StressTests;

/// <summary>
/// With one worker in every stage the items of a producer keep their order to the end: each stage has, begun or handed
/// back, the first of those that the model makes of what came in, and no others.
/// </summary>
internal sealed class FlowOrder(Flow flow, FlowBooks books, IReadOnlyList<FlowLedger> ledgers)
{
    public void Check()
    {
        for (int producer = 0; producer < flow.Producers; producer++)
        {
            for (int position = 0; position < ledgers.Count; position++)
            {
                CheckStage(position, producer);
            }
        }
    }

    private void CheckStage(int position, int producer)
    {
        string[] actual =
        [
            .. ledgers[position].Accepted.SelectMany(item => item.Pieces)
                .Where(piece => flow.ProducerOf(piece.Origin) == producer).Select(piece => piece.Name),
        ];
        string[] expected =
            [.. books.Accepted[producer].SelectMany(item => flow.PiecesAt(position, item)).Take(actual.Length).Select(piece => piece.Name)];
        if (!actual.AsSpan().SequenceEqual(expected))
        {
            Assert.Fail(
                $"Of producer {producer} {ledgers[position].Report} had in this order: {string.Join(", ", actual)}, and expected was {string.Join(", ", expected)}.");
        }
    }
}
