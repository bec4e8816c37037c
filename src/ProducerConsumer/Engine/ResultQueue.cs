namespace ProducerConsumer;

/// <summary>The results of one item that wait to go on, in their order. Most items have one, which needs no memory of its own.</summary>
internal struct ResultQueue<TOut>
{
    private TOut _first;

    /// <summary>All after the first; null until there are some.</summary>
    private List<TOut>? _more;

    /// <summary>Where the results begin that wait: 0 is the first, 1 the first of the others.</summary>
    private int _begin;

    /// <summary>Where they end.</summary>
    private int _end;

    /// <summary>How many wait.</summary>
    public readonly int Count => _end - _begin;

    public void Add(TOut result)
    {
        if (_end++ == 0)
        {
            _first = result;
        }
        else
        {
            (_more ??= []).Add(result);
        }
    }

    /// <summary>Copies the oldest that wait.</summary>
    public readonly void CopyTo(Span<TOut> results)
    {
        for (int i = 0; i < results.Length; i++)
        {
            int index = _begin + i;
            results[i] = index == 0 ? _first : _more![index - 1];
        }
    }

    /// <summary>The oldest have gone on.</summary>
    public void Remove(int count)
    {
        _begin += count;
        if (_begin == _end)
        {
            // Keeps nothing alive that has gone on, and begins anew.
            _first = default!;
            _more?.Clear();
            _begin = 0;
            _end = 0;
        }
    }
}
