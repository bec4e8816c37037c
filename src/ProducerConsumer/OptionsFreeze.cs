namespace ProducerConsumer;

/// <summary>Makes an options object read-only once the lambda that configured it has returned, so that a recipe never changes.</summary>
internal sealed class OptionsFreeze(string options)
{
    private bool _frozen;

    /// <summary>Lets a new value pass while the options can be changed.</summary>
    public TValue Check<TValue>(TValue value) =>
        _frozen
            ? throw new InvalidOperationException(
                $"{options} cannot change to {value} any more: set them inside the lambda that configures them.")
            : value;

    public void Freeze() => _frozen = true;
}
