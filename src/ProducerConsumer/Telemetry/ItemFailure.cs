namespace ProducerConsumer;

/// <summary>An exception that user code threw during a run, with where it happened.</summary>
public sealed class ItemFailure
{
    internal ItemFailure(string stage, Exception exception)
    {
        Stage = stage;
        Exception = exception;
    }

    /// <summary>The name of the stage whose code threw; or what else threw: <c>writer</c>, <c>cancellation callback</c>, <c>logger</c>, <c>clock</c>.</summary>
    public string Stage { get; }

    /// <summary>The exception as it was thrown, with its stack trace.</summary>
    public Exception Exception { get; }

    /// <summary>Whether the exception belongs to one item, which is then <see cref="Item"/>. A producer's does not.</summary>
    public bool HasItem { get; private init; }

    /// <summary>The item that was being handled; <see langword="null"/> also when <see cref="HasItem"/> is false.</summary>
    public object? Item { get; private init; }

    /// <summary>Which call for this item threw, from 1; 0 when it was no call of the stage's delegate.</summary>
    public int Attempt { get; private init; }

    /// <summary>Whether the run had already been stopped when the exception was caught, so that it is not what stopped it.</summary>
    public bool AfterStop { get; private init; }

    /// <inheritdoc/>
    public override string ToString()
    {
        string item = HasItem ? $", item {TextOf(Item, static item => item!.ToString())}" : "";
        string afterStop = AfterStop ? ", after the stop" : "";
        return $"{Stage}{item}{afterStop}: {Exception.GetType().Name}: {TextOf(Exception, static error => error.Message)}";
    }

    /// <summary>Both texts are user code. One that throws must not keep a report from being made.</summary>
    private static string TextOf<TValue>(TValue value, Func<TValue, string?> text)
    {
        try
        {
            return value is null ? "null" : text(value) ?? "";
        }
        catch (Exception)
        {
            return $"({value!.GetType().Name} without a text)";
        }
    }

    internal static ItemFailure OfItem(string stage, object? item, int attempt, Exception exception) =>
        new(stage, exception) { HasItem = true, Item = item, Attempt = attempt };

    internal ItemFailure MarkAfterStop() =>
        new(Stage, Exception) { HasItem = HasItem, Item = Item, Attempt = Attempt, AfterStop = true };
}
