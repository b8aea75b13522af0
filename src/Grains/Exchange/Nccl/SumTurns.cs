using Cluster.Contracts;

namespace Cluster.Grains;

/// <summary>
/// Gives the updates of roles that share devices their places in the order of each device: whoever is asked for first comes first, on all
/// devices of its role. A question that comes twice gets the same answer.
/// </summary>
internal sealed class SumTurns
{
    /// <summary>Updates of a role that may be asked for late: messages run ahead of each other by less.</summary>
    private const int Remembered = 4096;

    private readonly Dictionary<int, long> _next = [];
    private readonly Dictionary<(string Role, long Update), long[]> _given = [];
    private readonly Dictionary<string, long> _newest = new(StringComparer.Ordinal);

    /// <summary>A contributor's turn.</summary>
    /// <exception cref="StaleAttemptException">The update is long past.</exception>
    public long Take(string role, long update, int contributor, IReadOnlyList<int> lanes)
    {
        if (_given.TryGetValue((role, update), out long[]? turns))
        {
            return turns[contributor];
        }

        long newest = _newest.GetValueOrDefault(role, long.MinValue);
        if (update <= newest)
        {
            throw new StaleAttemptException($"the turn of update {update} of {role} was asked for again after that of update {newest}");
        }

        turns = new long[lanes.Count];
        for (int each = 0; each < turns.Length; each++)
        {
            turns[each] = _next[lanes[each]] = _next.GetValueOrDefault(lanes[each], -1) + 1;
        }

        _given.Add((role, update), turns);
        _given.Remove((role, update - Remembered));
        _newest[role] = update;
        return turns[contributor];
    }
}
