using Cluster.Client;

namespace Cluster.Silo.Tests;

/// <summary>Processes that tests start.</summary>
internal static class Silos
{
    /// <summary>Silos run from the client's own folder: that of the tests holds other libraries beside it.</summary>
    public static void UseClient() => SiloLauncher.Program = Path.GetFullPath(Path.Combine(
        AppContext.BaseDirectory, "..", "..", "Client", Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)), "Cluster.Client.dll"));
}
