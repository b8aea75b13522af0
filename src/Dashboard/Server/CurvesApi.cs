using Cluster.Contracts.Runs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cluster.Dashboard;

/// <summary>Curves of any figures of any runs, made short enough to draw.</summary>
internal static class CurvesApi
{
    /// <summary>Maps <c>/api/curves?run=A&amp;run=B&amp;metric=X&amp;metric=Y&amp;from=&amp;to=&amp;buckets=&amp;smooth=</c>.</summary>
    public static void MapCurves(this IEndpointRouteBuilder routes, RunLibrary library, MetricsStore store) => routes.MapGet(
        "/api/curves",
        (string[] run, string[] metric, long? from, long? to, int? buckets, double? smooth) =>
        {
            if (buckets is < 1 or > CurveRequest.MostBuckets)
            {
                return Results.BadRequest($"buckets={buckets} is out of range; 1 to {CurveRequest.MostBuckets}");
            }

            if (smooth is not (null or (>= 0 and < 1)))
            {
                return Results.BadRequest($"smooth={smooth} is out of range; 0 to below 1");
            }

            CurveRequest request = new(from, to, buckets ?? CurveRequest.DefaultBuckets, smooth ?? 0);
            RunFolder?[] folders = [.. run.Select(library.Find)];
            return folders.Contains(null)
                ? Results.NotFound()
                : Results.Json(folders.AsParallel().AsOrdered().SelectMany(folder => Curves(store.Of(folder!), folder!.Name, metric, request)));
        });

    private static CurveAnswer[] Curves(RunMetrics metrics, string run, string[] names, CurveRequest request) =>
        [.. names.Select(name => metrics.Read(name, series => request.Answer(run, series))).OfType<CurveAnswer>()];
}
