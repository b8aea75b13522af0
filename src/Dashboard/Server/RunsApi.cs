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
        Metric.All(metrics),
        [.. RunPictures.Samples(folder).Select(each => each.Step)],
        EvaluationPicture.All(folder),
        Checkpoint.All(folder),
        [.. RunEvents.Read(folder).TakeLast(MostEvents)],
        ExperimentText.Read(folder));

    private sealed record RunList(string Folder, IReadOnlyList<RunSummary> Runs);

    private sealed record CheckpointCheck(string? Problem);
}
