using Cluster.Contracts.Runs;

namespace Cluster.Contracts;

/// <summary>A cluster at a glance.</summary>
/// <param name="Name">Its name.</param>
/// <param name="RunsFolder">The folder of runs, on its silos.</param>
/// <param name="Limit">Runs that train at a time.</param>
/// <param name="Silos">The last report of each silo that is there.</param>
/// <param name="Runs">Runs that wait, train, or are interrupted.</param>
[GenerateSerializer, Immutable, Alias("cluster.ClusterOverview")]
public sealed record ClusterOverview(
    string Name,
    string RunsFolder,
    int Limit,
    IReadOnlyList<SiloReport> Silos,
    IReadOnlyList<RunOverview> Runs);
