using System.Collections;

namespace ProducerConsumer.StressTests;

/// <summary>
/// An item of a flow as the checks see it, whatever its type: a piece of one source item, or a batch. Its name says how it
/// came about, so that the items of one stage all have different names.
/// </summary>
internal sealed class Parcel
{
    private Parcel(string name, int origin, IReadOnlyList<int> owners, IReadOnlyList<Parcel> members)
    {
        Name = name;
        Origin = origin;
        Owners = owners;
        Members = members;
    }

    public string Name { get; }

    /// <summary>The source item that this is a piece of; -1 for a batch.</summary>
    public int Origin { get; }

    /// <summary>The source items whose fate depends on this: what is made of a batch concerns all that were in it.</summary>
    public IReadOnlyList<int> Owners { get; }

    /// <summary>What a batch holds; empty for a piece.</summary>
    public IReadOnlyList<Parcel> Members { get; }

    public bool IsBatch => Origin < 0;

    /// <summary>The pieces, however deep the batches are.</summary>
    public IEnumerable<Parcel> Pieces => IsBatch ? Members.SelectMany(member => member.Pieces) : [this];

    /// <summary>Any item of a flow: a source item is a number, a batch a list.</summary>
    public static Parcel Of(object? item) => item switch
    {
        Parcel parcel => parcel,
        int source => new Parcel($"{source}", source, [source], []),
        IEnumerable batch => Batch([.. batch.Cast<object?>().Select(Of)]),
        _ => throw new ArgumentException($"'{item}' is no item of a flow.", nameof(item)),
    };

    public static Parcel Batch(IReadOnlyList<Parcel> members) => Batch(members, [.. members.SelectMany(member => member.Owners).Distinct()]);

    /// <summary>What a stage made of this, or of a piece of this, which concerns whoever this concerns.</summary>
    public Parcel Make(Parcel piece, string mark) => new(piece.Name + mark, piece.Origin, Owners, []);

    /// <summary>As <see cref="Make"/>, for a batch as a whole: each piece is marked.</summary>
    public Parcel MakeWhole(string mark) =>
        IsBatch ? Batch([.. Pieces.Select(piece => Make(piece, mark))], Owners) : Make(this, mark);

    /// <summary>A number below <paramref name="sides"/> for this parcel, the same on whatever thread it is drawn.</summary>
    public int Roll(int salt, int sides)
    {
        uint mixed = 2166136261u ^ (uint)salt;
        foreach (char letter in Name)
        {
            mixed = (mixed ^ letter) * 16777619u;
        }

        mixed = (mixed ^ (mixed >> 15)) * 2246822519u;
        return (int)((mixed >> 8) % (uint)sides);
    }

    public override string ToString() => Name;

    private static Parcel Batch(IReadOnlyList<Parcel> members, IReadOnlyList<int> owners) =>
        new($"[{string.Join(' ', members)}]", origin: -1, owners, members);
}
