using System.Globalization;
using Cluster.Contracts;
using Cluster.Contracts.Experiments;

namespace Cluster.Grains;

/// <summary>The updates of a replica whose arithmetic nobody has asked after yet, by workflow step.</summary>
/// <typeparam name="T">What an update tells.</typeparam>
internal sealed class UpdateReports<T>
{
    private bool _skip;

    private readonly Dictionary<long, List<(Task<T> Learning, Task Applied)>> _open = [];

    /// <summary>Says what becomes of a loss that is not finite: where updates are skipped, the shards leave it out.</summary>
    public void Follow(NonFiniteAction action) => _skip = action == NonFiniteAction.Skip;

    /// <summary>Adds an update.</summary>
    /// <param name="step">The workflow step that it belongs to.</param>
    /// <param name="learning">The work that computes its gradient.</param>
    /// <param name="applied">Ends when the replica has its new parameters.</param>
    public void Add(long step, Task<T> learning, Task applied)
    {
        if (!_open.TryGetValue(step, out var updates))
        {
            _open.Add(step, updates = []);
        }

        updates.Add((learning, applied));
    }

    /// <summary>Waits for the updates of some steps, and gives what the last of each step tells.</summary>
    /// <exception cref="NonFiniteException">A loss is not a finite number.</exception>
    /// <exception cref="StaleAttemptException">No update of a step was made here.</exception>
    public async Task<T[]> Take(long first, int count, RunActor actor, Func<T, double> loss)
    {
        var steps = new List<(Task<T> Learning, Task Applied)>[count];
        for (int i = 0; i < count; i++)
        {
            if (!_open.Remove(first + i, out steps[i]!))
            {
                throw new StaleAttemptException($"{actor} made no update in step {first + i}");
            }
        }

        // The device works in order: one wait for the last update, and the others wake nobody.
        await Task.WhenAny(steps[^1][^1].Applied);
        T[] told = new T[count];
        for (int i = 0; i < count; i++)
        {
            foreach ((Task<T> learning, Task applied) in steps[i])
            {
                told[i] = await learning;
                await applied;
                double value = loss(told[i]);
                if (!_skip && !double.IsFinite(value))
                {
                    throw new NonFiniteException(string.Create(CultureInfo.InvariantCulture, $"the loss of {actor} is {value} at step {first + i}"), first + i);
                }
            }
        }

        return told;
    }

    /// <summary>Forgets all.</summary>
    public void Clear() => _open.Clear();
}
