using Cluster.Contracts;
using Cluster.Contracts.Runs;

namespace Cluster.Dashboard;

/// <summary>A run with all that is not a curve.</summary>
internal sealed record RunDetail(
    RunSummary Run,
    string Folder,
    long Rows,
    long Damaged,
    IReadOnlyList<Metric> Metrics,
    IReadOnlyList<long> Samples,
    IReadOnlyList<EvaluationPicture> Evaluations,
    IReadOnlyList<Checkpoint> Checkpoints,
    IReadOnlyList<RunEvent> Events,
    string Experiment);

/// <summary>A figure that a run has.</summary>
/// <param name="Name">Its key.</param>
/// <param name="Count">How many points it has.</param>
/// <param name="Last">Its last value.</param>
internal sealed record Metric(string Name, int Count, double Last)
{
    /// <summary>All figures of a run, in the order in which rows have them.</summary>
    public static IReadOnlyList<Metric> All(RunMetrics metrics) =>
        [.. metrics.Names().Select(name => metrics.Read(name, series => new Metric(name, series.Count, series.Values[^1]))).OfType<Metric>()];
}

/// <summary>A picture of an evaluation.</summary>
internal sealed record EvaluationPicture(long Step, string Name)
{
    /// <summary>All of a run.</summary>
    public static IReadOnlyList<EvaluationPicture> All(RunFolder folder) =>
        [.. RunPictures.Evaluations(folder).Select(each => new EvaluationPicture(each.Step, each.Name))];
}

/// <summary>A checkpoint with the sums of its manifest.</summary>
internal sealed record Checkpoint(string Name, long Step, long Bytes, IReadOnlyList<CheckpointFile> Files)
{
    /// <summary>All complete ones of a run, oldest first.</summary>
    public static IReadOnlyList<Checkpoint> All(RunFolder folder) =>
        [.. CheckpointListing.List(folder).Select(each => new Checkpoint(each.Name, each.Step, each.Bytes, each.Files))];
}
