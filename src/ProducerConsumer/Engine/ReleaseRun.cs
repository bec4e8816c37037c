using System.Runtime.CompilerServices;

namespace ProducerConsumer;

/// <summary>The memory of one release: results on their way from a window to the next buffer. Used by one at a time.</summary>
/// <param name="size">How many results it has room for, at least.</param>
internal sealed class ReleaseRun<TOut>(int size)
{
    /// <summary>Room for fewer results is not worth the two critical sections of a release.</summary>
    public const int MinSize = 64;

    private readonly TOut[] _results = BatchArrays<TOut>.Pool.Rent(size);

    /// <summary>The contexts of the results; null until there are some.</summary>
    private ItemContext?[]? _contexts;

    /// <summary>Whether results of the run at hand have contexts.</summary>
    private bool _hasContexts;

    /// <summary>The most results.</summary>
    public int Size => _results.Length;

    public int Count { get; private set; }

    /// <summary>Begins anew.</summary>
    public void Begin()
    {
        Count = 0;
        _hasContexts = false;
    }

    /// <summary>Where to copy results, as many as there is room for.</summary>
    /// <param name="count">How many there are.</param>
    /// <param name="context">The context of their item; null for none.</param>
    /// <param name="most">The most results of the run.</param>
    public Span<TOut> Add(int count, ItemContext? context, int most)
    {
        count = Math.Min(count, most - Count);
        if (context is not null || _hasContexts)
        {
            SetContext(context, count);
        }

        Span<TOut> room = _results.AsSpan(Count, count);
        Count += count;
        return room;
    }

    /// <summary>The results, which hold the contexts of their items from here on.</summary>
    public Portion<TOut> Share()
    {
        if (!_hasContexts)
        {
            return new Portion<TOut>(_results.AsMemory(0, Count), default);
        }

        foreach (ItemContext? context in _contexts.AsSpan(0, Count))
        {
            context?.Share();
        }

        return new Portion<TOut>(_results.AsMemory(0, Count), _contexts.AsMemory(0, Count));
    }

    /// <summary>Gives the memory back.</summary>
    public void Return() => BatchArrays<TOut>.Pool.Return(_results, RuntimeHelpers.IsReferenceOrContainsReferences<TOut>());

    private void SetContext(ItemContext? context, int count)
    {
        _contexts ??= new ItemContext?[_results.Length];
        if (!_hasContexts)
        {
            _hasContexts = true;
            Array.Clear(_contexts, 0, Count);
        }

        Array.Fill(_contexts, context, Count, count);
    }
}
