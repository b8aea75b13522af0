using Cluster.Contracts.Runs;
using Cluster.Dashboard;

namespace Cluster.Client;

/// <summary>The dashboard beside a run that this process trains.</summary>
internal static class Pages
{
    /// <summary>Starts it where it is wished for, and says where the run can be seen.</summary>
    /// <returns>What stops it; null where it was not wished for.</returns>
    public static Task<IAsyncDisposable?> Open(bool wished, RunFolder run, Terminal terminal) =>
        wished ? Start(run, terminal) : Task.FromResult<IAsyncDisposable?>(null);

    // A method of its own: without the wish, ASP.NET Core is not even loaded.
    private static async Task<IAsyncDisposable?> Start(RunFolder run, Terminal terminal)
    {
        DashboardServer server = await DashboardServer.Start(new DashboardOptions { Runs = run.Root });
        terminal.Out.WriteLine($"dashboard: {new Uri(server.Address, $"runs/{run.Name}")}");
        return server;
    }
}
