using System.Globalization;
using Cluster.Contracts;

namespace Cluster.Grains;

/// <summary>The updates of a replica whose arithmetic nobody has asked after yet, by workflow step.</summary>
/// <typeparam name="T">What an update tells.</typeparam>
internal sealed class UpdateReports<T>
{
    private readonly Dictionary<long, List<(Task<T> Learning, Task Applied)>> _open = [];

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

    /// <summary>Waits for a step's updates, and gives what the last of them tells.</summary>
    /// <exception cref="NonFiniteException">A loss is not a finite number.</exception>
    /// <exception cref="StaleAttemptException">No update of the step was made here.</exception>
    public async Task<T> Take(long step, RunActor actor, Func<T, double> loss)
    {
        if (!_open.Remove(step, out var updates))
        {
            throw new StaleAttemptException($"{actor} made no update in step {step}");
        }

        foreach ((Task<T> learning, Task applied) in updates)
        {
            double value = loss(await learning);
            await applied;
            if (!double.IsFinite(value))
            {
                throw new NonFiniteException(string.Create(CultureInfo.InvariantCulture, $"the loss of {actor} is {value} at step {step}"));
            }
        }

        return await updates[^1].Learning;
    }

    /// <summary>Forgets all.</summary>
    public void Clear() => _open.Clear();
}
