namespace ProducerConsumer.Benchmarks;

/// <summary>Lets a synchronous loop call a handler that has nothing to wait for.</summary>
internal static class Handled
{
    public static void AtOnce(ValueTask call)
    {
        if (!call.IsCompletedSuccessfully)
        {
            throw new InvalidOperationException("This contestant is for handlers that complete at once.");
        }
    }
}
