using System.Collections.Concurrent;
using Cluster.Contracts;
using Orleans.Runtime;

namespace Cluster.Dashboard;

/// <summary>
/// What the cluster says of itself, asked while somebody watches and once for all who do. A silo that is there no more is kept as
/// lost, also where the one that knew of it went with it.
/// </summary>
internal sealed class ClusterView(IGrainFactory grains, TimeProvider time, TimeSpan pace)
{
    private readonly Asked<ClusterMap> _map = new();
    private readonly ConcurrentDictionary<string, Asked<StepTrace>> _steps = new(StringComparer.Ordinal);

    /// <summary>The newest map, and why there is no newer one; a new one is asked for when it is time.</summary>
    public (ClusterMap? Map, string? Problem) Map()
    {
        Ask(_map, pace, async () => Merge(_map.Answer, await grains.GetGrain<IClusterGrain>(0).Map()));
        return (_map.Answer, _map.Problem);
    }

    /// <summary>The newest whole step of a run that trains.</summary>
    public StepTrace? LastStep(string run)
    {
        Asked<StepTrace> asked = _steps.GetOrAdd(run, _ => new Asked<StepTrace>());
        Ask(asked, pace * 2, async () => await grains.GetGrain<IClusterGrain>(0).LastStep(run) ?? asked.Answer);
        return asked.Answer;
    }

    /// <summary>The new map with those silos of the old one that it does not know any more.</summary>
    internal static ClusterMap Merge(ClusterMap? before, ClusterMap now)
    {
        HashSet<string> known = [.. now.Silos.SelectMany(each => (string[])[each.Report.Silo, each.Report.Name])];
        return now with
        {
            Silos =
            [
                .. now.Silos.Concat((before?.Silos ?? []).Where(each => each.State != SiloPresence.Left && !known.Contains(each.Report.Silo) && !known.Contains(each.Report.Name))
                    .Select(each => each with { State = each.Report.Draining ? SiloPresence.Left : SiloPresence.Lost, Devices = [] }))
                    .OrderBy(each => each.Report.Name, StringComparer.Ordinal),
            ],
        };
    }

    private void Ask<T>(Asked<T> asked, TimeSpan every, Func<Task<T?>> question)
        where T : class
    {
        lock (asked)
        {
            if (!asked.Running.IsCompleted || (asked.At != 0 && time.GetElapsedTime(asked.At) < every))
            {
                return;
            }

            asked.At = time.GetTimestamp();
            asked.Running = Task.Run(async () =>
            {
                try
                {
                    asked.Answer = await question();
                    asked.Problem = null;
                }
                catch (Exception problem) when (problem is OrleansException or TimeoutException or InputException or ObjectDisposedException or InvalidOperationException)
                {
                    asked.Problem = problem.Message;
                }
            });
        }
    }

    private sealed class Asked<T>
        where T : class
    {
        public long At { get; set; }

        public Task Running { get; set; } = Task.CompletedTask;

        public volatile T? Answer;
        public volatile string? Problem;
    }
}
