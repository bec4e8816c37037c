namespace ProducerConsumer.Samples.Tests;

/// <summary>A directory of its own for one test.</summary>
internal sealed class TemporaryTree : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("file-hasher-").FullName;

    public string this[string name] => Path.Join(Root, name);

    public TemporaryTree Add(string name, string content = "") => Add(name, System.Text.Encoding.UTF8.GetBytes(content));

    public TemporaryTree Add(string name, byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[name])!);
        File.WriteAllBytes(this[name], content);
        return this;
    }

    /// <summary>Adds files of different length, also longer than what a pipe holds.</summary>
    public TemporaryTree AddMany(int count)
    {
        Random random = new(count);
        for (int number = 0; number < count; number++)
        {
            byte[] content = new byte[number * 40_000];
            random.NextBytes(content);
            Add($"{number % 3}/{number}", content);
        }

        return this;
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
