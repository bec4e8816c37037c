using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace ProducerConsumer;

/// <summary>Checks what users give, at the verb that takes it: a message names the option, the value and the remedy.</summary>
internal static class Require
{
    public static void NotNull([NotNull] object? value, string name, string remedy)
    {
        if (value is null)
        {
            throw new ArgumentNullException(name, $"{name} is null. {remedy}");
        }
    }

    public static void Name([NotNull] string? value, string name)
    {
        if (string.IsNullOrWhiteSpace(value))
        {
            throw new ArgumentException($"{name} is '{value}'. Give a name that can be told from others, or leave it out for the default.", name);
        }
    }

    public static void Capacity(int value, string name)
    {
        if (value < 1)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} is {value}, and a buffer holds at least one item. Give 1 or more.");
        }
    }

    public static void Workers(int value, string name)
    {
        if (value < 1)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} is {value}, and a stage without workers would never end. Give 1 or more.");
        }
    }

    public static void Batch(int value, string name)
    {
        if (value is < 1 or > 1024)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} is {value}. Give 1 to have workers take one item at a time, or up to 1024.");
        }
    }

    /// <summary>Refuses a type of results that would be passed on as it is, and that nobody would await.</summary>
    public static void NotAwaitable(Type result, string name, string remedy)
    {
        Type kind = result.IsGenericType ? result.GetGenericTypeDefinition() : result;
        if (typeof(Task).IsAssignableFrom(result)
            || kind == typeof(ValueTask)
            || kind == typeof(ValueTask<>)
            || kind == typeof(ConfiguredTaskAwaitable)
            || kind == typeof(ConfiguredTaskAwaitable<>)
            || kind == typeof(ConfiguredValueTaskAwaitable)
            || kind == typeof(ConfiguredValueTaskAwaitable<>))
        {
            throw new ArgumentException($"{name} returns {result.Name}, which nobody would await. {remedy}", name);
        }
    }

    public static void Branches([NotNull] Delegate?[]? value, string name)
    {
        NotNull(value, name, "Give at least one branch.");
        if (value.Length == 0)
        {
            throw new ArgumentException($"{name} is empty, and every item has to go somewhere. Give at least one branch.", name);
        }

        int missing = Array.IndexOf(value, null);
        if (missing >= 0)
        {
            throw new ArgumentException($"{name}[{missing}] is null. Give a function that ends the builder it is given.", name);
        }
    }

    public static void BatchSize(int value, string name)
    {
        if (value < 1)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} is {value}, and a batch holds at least one item. Give 1 or more.");
        }
    }

    public static void Wait(TimeSpan? value, string name, string otherwise)
    {
        if (value is { } wait && (wait <= TimeSpan.Zero || wait > TimeSpan.FromDays(49)))
        {
            throw new ArgumentOutOfRangeException(
                name, value, $"{name} is {wait}. Give a time from more than zero to 49 days, or leave it out {otherwise}.");
        }
    }

    public static void Count(int value, string name)
    {
        if (value < 1)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} is {value}. Give how many producer tasks there are in total: 1 or more.");
        }
    }
}
