namespace ProducerConsumer;

/// <summary>Where items come into a run: its producers, or the application's own writes.</summary>
internal interface IInlet
{
    /// <summary>Completes, never with an error, when nothing will come in here any more.</summary>
    Task Completion { get; }

    /// <summary>Whether nothing will come in here any more.</summary>
    bool HasEnded { get; }

    /// <summary>Begins nothing new; what is under way may still come in.</summary>
    void Stop();
}
