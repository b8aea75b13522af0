using System.Net;
using Microsoft.AspNetCore.Builder;

namespace Cluster.Dashboard;

/// <summary>Puts the pages into a web application: one of its own, or a silo's.</summary>
public static class DashboardApp
{
    /// <summary>Adds pages, files and, where there is a cluster, its map, timelines and buttons.</summary>
    /// <param name="app">The application.</param>
    /// <param name="options">What is shown.</param>
    /// <param name="access">Who is let in.</param>
    public static void UseDashboard(this WebApplication app, DashboardOptions options, Access access)
    {
        RunLibrary library = new(Path.GetFullPath(options.Runs));
        MetricsStore metrics = new();
        ClusterView? cluster = options.Grains is { } grains ? new ClusterView(grains, TimeProvider.System, options.Poll * 2) : null;
        app.UseGuard(onlyThisMachine: IPAddress.IsLoopback(options.Address), onlyReads: options.Grains is null);
        app.UseAccess(access);
        app.UseRouting();
        app.MapAssets();
        app.MapAccess(access, live: cluster is not null);
        app.MapRuns(library, metrics);
        app.MapCurves(library, metrics);
        app.MapFiles(library);
        app.MapLive(library, metrics, cluster, options.Poll);
        if (options.Grains is { } actors)
        {
            app.MapActions(library, access, actors);
        }
    }
}
