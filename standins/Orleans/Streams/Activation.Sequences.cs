namespace Orleans.Runtime;

/// <content>The asynchronous sequences that callers are enumerating.</content>
internal sealed partial class Activation
{
    private readonly Dictionary<Guid, IAsyncDisposable> _sequences = [];

    public OpenSequence<T> SequenceOf<T>(Guid id, Func<OpenSequence<T>> open)
    {
        if (_sequences.TryGetValue(id, out var known)) return (OpenSequence<T>)known;
        var opened = open();
        _sequences[id] = opened;
        return opened;
    }

    public ValueTask EndSequenceAsync(Guid id) => _sequences.Remove(id, out var sequence) ? sequence.DisposeAsync() : default;

    private async Task DisposeSequencesAsync()
    {
        foreach (var id in _sequences.Keys.ToArray()) await EndSequenceAsync(id);
    }
}
