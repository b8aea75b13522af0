using Cluster.Contracts.Runs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cluster.Dashboard;

/// <summary>A run's pictures, its experiment file and its figures as a table.</summary>
internal static class FilesApi
{
    /// <summary>Maps them below <c>/api/runs/NAME</c>.</summary>
    public static void MapFiles(this IEndpointRouteBuilder routes, RunLibrary library)
    {
        routes.MapGet("/api/runs/{run}/samples/{step:long}", (string run, long step) =>
            Picture(library.Find(run), folder => RunPictures.Samples(folder).FirstOrDefault(each => each.Step == step)));
        routes.MapGet("/api/runs/{run}/evaluation/{step:long}/{name}", (string run, long step, string name) =>
            Picture(library.Find(run), folder => RunPictures.Evaluations(folder).FirstOrDefault(each => each.Step == step && each.Name == name)));
        routes.MapGet("/api/runs/{run}/experiment.yaml", (string run) => library.Find(run) is { } folder
            ? Results.Text(ExperimentText.Read(folder), "text/plain; charset=utf-8")
            : Results.NotFound());
        routes.MapGet("/api/runs/{run}/metrics.csv", (string run) => library.Find(run) is { } folder
            ? Results.Stream(to => MetricsCsv.Write(folder, to), "text/csv; charset=utf-8", folder.Name + ".csv")
            : Results.NotFound());
        routes.MapGet("/api/runs/{run}/report.html", (string run) => library.Find(run) is { } folder
            ? Results.Stream(to => RunReport.Write(folder, to), "text/html; charset=utf-8", folder.Name + ".html")
            : Results.NotFound());
    }

    /// <summary>Only what a listing of the folder has found is served, so that no name in a request becomes a path.</summary>
    private static IResult Picture(RunFolder? folder, Func<RunFolder, RunPicture?> find) =>
        folder is not null && find(folder) is { } picture && RunLibrary.IsInside(folder, picture.Path)
            ? Results.File(picture.Path, "image/png", lastModified: File.GetLastWriteTimeUtc(picture.Path))
            : Results.NotFound();
}
