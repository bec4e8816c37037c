using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ProducerConsumer;

/// <summary>Several items on their way together.</summary>
/// <param name="Items">The items.</param>
/// <param name="Contexts">Their contexts, one by one; empty when none has one.</param>
internal readonly record struct Portion<T>(ReadOnlyMemory<T> Items, ReadOnlyMemory<ItemContext?> Contexts)
{
    public int Length => Items.Length;

    public bool HasContexts => Contexts.Length > 0;

    public Portion<T> this[Range range] => new(Items[range], HasContexts ? Contexts[range] : default);

    /// <summary>The context of one of the items; null for none.</summary>
    public ItemContext? ContextOf(int index) => HasContexts ? Contexts.Span[index] : null;

    /// <summary>A copy, in memory of its own.</summary>
    public Portion<T> Copy() => new(Items.ToArray(), Contexts.ToArray());

    /// <summary>The memory must not keep objects alive that it does not hold any more. Only for memory of the library's own.</summary>
    public void Forget()
    {
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>())
        {
            MemoryMarshal.AsMemory(Items).Span.Clear();
        }

        MemoryMarshal.AsMemory(Contexts).Span.Clear();
    }
}

/// <summary>An item on its own.</summary>
/// <param name="Item">The item.</param>
/// <param name="Context">Its context; null for none.</param>
/// <param name="Attempts">How many calls were begun for it.</param>
/// <param name="Place">By what the order of its stage knows it: a sequence number or a lane; 0 in a stage without one.</param>
internal readonly record struct Single<T>(T Item, ItemContext? Context, int Attempts = 0, long Place = 0);
