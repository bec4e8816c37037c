namespace ProducerConsumer.StressTests;

/// <summary>How the code of a stage left a call, or its dead-letter handler.</summary>
internal enum FlowEnd
{
    /// <summary>It was not called.</summary>
    None,

    /// <summary>It has not, or it is a sequence that was disposed before its end.</summary>
    Open,
    Returned,
    Failed,
    Canceled,
}

/// <summary>One call of the code of a stage.</summary>
/// <param name="item">What it was called for.</param>
/// <param name="attempt">Which call for this item it is, from 1.</param>
/// <param name="isLast">Whether no other may follow when it fails.</param>
/// <param name="doom">What it is to fail with; null for nothing.</param>
internal sealed class FlowCall(Parcel item, int attempt, bool isLast, Exception? doom)
{
    private bool _isLeft;

    public Parcel Item => item;

    public int Attempt => attempt;

    public bool IsLast => isLast;

    public Exception? Doom => doom;

    public FlowEnd End { get; private set; } = FlowEnd.Open;

    /// <summary>How the dead-letter handler left.</summary>
    public FlowEnd Letter { get; private set; }

    /// <summary>What the dead-letter handler failed with; null if it did not.</summary>
    public Exception? LetterDoom { get; private set; }

    /// <summary>How many results it gave away.</summary>
    public int Made { get; private set; }

    /// <summary>Whether the code of the stage runs.</summary>
    public bool IsRunning => (End == FlowEnd.Open && !_isLeft) || Letter == FlowEnd.Open;

    /// <summary>Whether the item has to be called for again.</summary>
    public bool IsUnfinished => IsRunning || (End == FlowEnd.Failed && !isLast);

    /// <summary>Gives a result away.</summary>
    public T Make<T>(T result)
    {
        Made++;
        return result;
    }

    public void Return() => End = FlowEnd.Returned;

    public void Cancel() => End = FlowEnd.Canceled;

    /// <summary>A sequence is disposed, whether it came to its end or not.</summary>
    public void Leave() => _isLeft = true;

    public void FailIfDoomed()
    {
        if (doom is not null)
        {
            End = FlowEnd.Failed;
            throw doom;
        }
    }

    public void BeginLetter() => Letter = FlowEnd.Open;

    public void EndLetter(FlowEnd end, Exception? doom = null)
    {
        LetterDoom = doom;
        Letter = end;
    }
}
