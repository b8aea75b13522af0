using System.Net.ServerSentEvents;
using Cluster.Contracts;

namespace Cluster.Dashboard;

/// <summary>What has changed in the cluster since the last look: <c>map</c>, and for one run <c>timeline</c>.</summary>
/// <param name="view">What the cluster says.</param>
/// <param name="run">The run to which the map is narrowed; null for all.</param>
internal sealed class ClusterWatch(ClusterView view, string? run)
{
    private ClusterMap? _map;
    private string? _problem;
    private StepTrace? _step;

    /// <summary>Messages on what is new.</summary>
    public IEnumerable<SseItem<string>> Look()
    {
        (ClusterMap? map, string? problem) = view.Map();
        if (map is not null && (!ReferenceEquals(map, _map) || problem != _problem))
        {
            (_map, _problem) = (map, problem);
            yield return LiveApi.Message("map", new MapAnswer(map.Name, [.. map.Silos.Select(Narrow)], problem));
        }

        if (run is not null && view.LastStep(run) is { } step && !ReferenceEquals(step, _step))
        {
            string? before = _step?.Id;
            _step = step;
            if (step.Id != before && Timeline.Of(step) is { } timeline)
            {
                yield return LiveApi.Message("timeline", timeline);
            }
        }
    }

    private SiloNow Narrow(SiloNow silo) => run is null
        ? silo
        : silo with { Actors = [.. silo.Actors.Where(actor => actor.Actor.StartsWith(run + "/", StringComparison.Ordinal))] };

    private sealed record MapAnswer(string Name, IReadOnlyList<SiloNow> Silos, string? Problem);
}
