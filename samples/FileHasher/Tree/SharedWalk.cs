namespace FileHashing;

/// <summary>One walk that several producers take from, each file going to one of them.</summary>
internal sealed class SharedWalk(IEnumerable<Found> walk) : IDisposable
{
    private readonly Lock _gate = new();

    /// <summary>Guarded by <see cref="_gate"/>.</summary>
    private readonly IEnumerator<Found> _walk = walk.GetEnumerator();

    public bool TryTake(out Found found)
    {
        lock (_gate)
        {
            bool taken = _walk.MoveNext();
            found = taken ? _walk.Current : default;
            return taken;
        }
    }

    public void Dispose()
    {
        // Held only by a producer that the run gave up, which hangs in a directory that does not answer.
        if (_gate.TryEnter())
        {
            _walk.Dispose();
            _gate.Exit();
        }
    }
}
