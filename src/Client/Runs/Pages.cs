using Cluster.Contracts;
using Cluster.Contracts.Runs;
using Cluster.Dashboard;

namespace Cluster.Client;

/// <summary>The dashboard beside a run that this process trains.</summary>
internal static class Pages
{
    /// <summary>Starts it where it is wished for, and says where the run can be seen.</summary>
    /// <returns>What stops it; null where it was not wished for.</returns>
    /// <exception cref="InputException">The run is a cluster's.</exception>
    public static Task<IAsyncDisposable?> Open(bool wished, ClusterLink cluster, RunFolder run, Terminal terminal) => (wished, cluster.Whole) switch
    {
        (false, _) => Task.FromResult<IAsyncDisposable?>(null),
        (true, null) => Start(run, cluster, terminal),
        _ => throw Elsewhere(),
    };

    /// <summary>What is wrong with <c>--dashboard</c> beside <c>--connect</c>.</summary>
    public static InputException Elsewhere() =>
        new($"--dashboard shows the runs of this process; where the cluster's runs are, see a silo's own pages at the HTTP address that {Hint.Program} status shows, or open them with: {Hint.Program} dashboard DIR");

    // A method of its own: without the wish, ASP.NET Core is not even loaded.
    private static async Task<IAsyncDisposable?> Start(RunFolder run, ClusterLink cluster, Terminal terminal)
    {
        DashboardServer server = await DashboardServer.Start(new DashboardOptions { Runs = run.Root, Grains = cluster.Grains });
        terminal.Out.WriteLine($"dashboard: {new Uri(server.Address, $"runs/{run.Name}")}");
        return server;
    }
}
