using System.Collections.Immutable;

namespace ProducerConsumer;

/// <summary>The names of the stages of a recipe, each of which has one of its own.</summary>
internal sealed class StageNames
{
    private readonly ImmutableArray<(string Name, string? Kind)> _names;

    private StageNames(ImmutableArray<(string Name, string? Kind)> names) => _names = names;

    public static StageNames None { get; } = new([]);

    public bool IsEmpty => _names.IsEmpty;

    /// <summary>The names with one more.</summary>
    /// <param name="name">A name that nobody has yet.</param>
    /// <param name="kind">What <see cref="Free"/> made it of; null when the application chose it.</param>
    public StageNames Add(string name, string? kind) => new(_names.Add((name, kind)));

    /// <summary>Refuses a name that another stage has.</summary>
    public string Check(string name)
    {
        Require.Name(name, nameof(name));
        return Contains(name)
            ? throw new ArgumentException($"There is a stage '{name}' already. Give each stage a name of its own.", nameof(name))
            : name;
    }

    /// <summary>The kind itself, then with a number behind it, beginning where numbers are likely to be free.</summary>
    public string Free(string kind)
    {
        int number = 1 + _names.Count(taken => taken.Name.StartsWith(kind, StringComparison.Ordinal));
        string free = number == 1 ? kind : $"{kind}-{number}";
        while (Contains(free))
        {
            free = $"{kind}-{++number}";
        }

        return free;
    }

    /// <summary>These names and those of another recipe, of which default ones give way. Names that the application chose come first: they stay.</summary>
    /// <param name="other">The names of the other recipe.</param>
    /// <param name="renamed">The names of the other recipe that are others here.</param>
    public StageNames Merge(StageNames other, out ImmutableDictionary<string, string> renamed)
    {
        StageNames all = this;
        renamed = ImmutableDictionary<string, string>.Empty;
        foreach ((string name, string? kind) in other._names.OrderBy(static entry => entry.Kind is not null))
        {
            bool isTaken = all.Contains(name);
            if (isTaken && kind is null)
            {
                throw new ArgumentException(
                    $"Both recipes have a stage '{name}'. Give the stage another name in one of them.", nameof(other));
            }

            string free = isTaken ? all.Free(kind!) : name;
            all = all.Add(free, kind);
            if (isTaken)
            {
                renamed = renamed.Add(name, free);
            }
        }

        return all;
    }

    private bool Contains(string name) => _names.Any(taken => taken.Name == name);
}
