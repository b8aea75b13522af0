namespace Cluster.Grains;

/// <summary>
/// When the gradients of an update reached their shard, and by how much each came after the first of its kind: replicas are compared
/// with replicas, pools with pools. Those that the shard's own device makes take turns on it by design. Where there are no others, it
/// counts when their messages came; beside others they count as one, which is there when the last of them is made.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="contributors">How many.</param>
internal sealed class Arrivals(TimeProvider time, int contributors)
{
    private readonly long?[] _at = new long?[contributors];
    private readonly Task?[] _expected = new Task?[contributors];
    private readonly Task?[] _inStream = new Task?[contributors];

    /// <summary>Notes that a gradient is there.</summary>
    public void Mark(int contributor) => _at[contributor] ??= time.GetTimestamp();

    /// <summary>Says that a gradient, whose message came ahead of it, is marked before a task ends; not at all where that fails.</summary>
    public void Expect(int contributor, Task there) => _expected[contributor] = there;

    /// <summary>Notes that a gradient will be there when the shard's device has made it.</summary>
    public void Follow(int contributor, Task made)
    {
        Mark(contributor);
        _inStream[contributor] = made;
    }

    /// <summary>Adds each contributor's delay to the book, once all are there.</summary>
    /// <param name="book">The shard's.</param>
    /// <param name="key">A contributor's key: <c>role/replica/0</c>. Those whose keys differ in the index alone are of one kind.</param>
    public async Task Add(SignalBook book, Func<int, string> key)
    {
        Task[] making = [.. _inStream.OfType<Task>()];
        if (making.Length > 0 && making.Length < contributors)
        {
            await Task.WhenAll(making).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            long now = time.GetTimestamp();
            for (int contributor = 0; contributor < contributors; contributor++)
            {
                _at[contributor] = _inStream[contributor] is null ? _at[contributor] : now;
            }
        }

        await Task.WhenAll(_expected.OfType<Task>()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

        foreach (IGrouping<string, int> kind in Enumerable.Range(0, contributors).Where(each => _at[each] is not null)
            .GroupBy(each => key(each)[..key(each).LastIndexOf('/')], StringComparer.Ordinal))
        {
            long first = kind.Min(each => _at[each]!.Value);
            foreach (int each in kind)
            {
                book.Add(Totals.Late, key(each), time.GetElapsedTime(first, _at[each]!.Value).TotalSeconds);
            }
        }
    }
}
