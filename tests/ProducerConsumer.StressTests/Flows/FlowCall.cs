namespace ProducerConsumer.StressTests;

/// <summary>How the code of a stage left a call.</summary>
internal enum FlowEnd
{
    /// <summary>It has not, or it is a sequence that was disposed before its end.</summary>
    Open,
    Returned,
    Failed,
    Canceled,
}

/// <summary>One call of the code of a stage.</summary>
/// <param name="item">What it was called for.</param>
/// <param name="doom">What it is to fail with; null for nothing.</param>
internal sealed class FlowCall(Parcel item, Exception? doom)
{
    public Parcel Item => item;

    public FlowEnd End { get; private set; }

    /// <summary>How many results it gave away.</summary>
    public int Made { get; private set; }

    /// <summary>Gives a result away.</summary>
    public T Make<T>(T result)
    {
        Made++;
        return result;
    }

    public void Return() => End = FlowEnd.Returned;

    public void Cancel() => End = FlowEnd.Canceled;

    public void FailIfDoomed()
    {
        if (doom is not null)
        {
            End = FlowEnd.Failed;
            throw doom;
        }
    }
}
