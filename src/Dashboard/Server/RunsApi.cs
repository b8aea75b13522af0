using Cluster.Contracts;
using Cluster.Contracts.Runs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cluster.Dashboard;

/// <summary>The list of runs, and one run with all that is not a curve.</summary>
internal static class RunsApi
{
    private const int MostEvents = 1000;

    /// <summary>Maps <c>/api/runs</c> and what is below it.</summary>
    public static void MapRuns(this IEndpointRouteBuilder routes, RunLibrary library, MetricsStore metrics)
    {
        RunSummaries summaries = new(TimeProvider.System);
        routes.MapGet("/api/runs", (string? metric) =>
            Results.Json(new RunList(library.Root, [.. library.List().Select(folder => summaries.Of(folder, metric))])));
        routes.MapGet("/api/runs/{run}", (string run) => library.Find(run) is { } folder
            ? Results.Json(Detail(folder, metrics.Of(folder)))
            : Results.NotFound());
        routes.MapGet("/api/runs/{run}/events", (string run) => library.Find(run) is { } folder
            ? Results.Json(RunEvents.Read(folder))
            : Results.NotFound());
        routes.MapGet("/api/runs/{run}/checkpoints/{name}/check", (string run, string name, CancellationToken cancellation) =>
            library.Find(run) is { } folder && CheckpointListing.List(folder).FirstOrDefault(each => each.Name == name) is { } checkpoint
                ? Results.Json(new CheckpointCheck(checkpoint.Problem(cancellation)))
                : Results.NotFound());
    }

    /// <summary>A run with all that is not a curve.</summary>
    public static RunDetail Detail(RunFolder folder, RunMetrics metrics) => new(
        RunSummary.Read(folder, metric: null),
        folder.Path,
        metrics.Rows,
        metrics.Damaged,
        [.. metrics.Names().Select(name => metrics.Read(name, MetricOf)!)],
        [.. RunPictures.Samples(folder).Select(each => each.Step)],
        [.. RunPictures.Evaluations(folder).Select(each => new EvaluationPicture(each.Step, each.Name))],
        [.. CheckpointListing.List(folder).Select(each => new Checkpoint(each.Name, each.Step, each.Bytes, each.Files))],
        [.. RunEvents.Read(folder).TakeLast(MostEvents)],
        ExperimentText.Read(folder));

    private static Metric MetricOf(MetricSeries series) => new(series.Name, series.Count, series.Values[^1]);

    private sealed record RunList(string Folder, IReadOnlyList<RunSummary> Runs);

    private sealed record CheckpointCheck(string? Problem);
}

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
internal sealed record Metric(string Name, int Count, double Last);

/// <summary>A picture of an evaluation.</summary>
internal sealed record EvaluationPicture(long Step, string Name);

/// <summary>A checkpoint with the sums of its manifest.</summary>
internal sealed record Checkpoint(string Name, long Step, long Bytes, IReadOnlyList<CheckpointFile> Files);
