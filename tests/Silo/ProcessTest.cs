using Cluster.Client;

namespace Cluster.Silo.Tests;

/// <summary>A test of a cluster of processes in a folder of its own; none of them outlives it.</summary>
public abstract class ProcessTest : IAsyncLifetime
{
    private protected readonly Place _place = new();

    static ProcessTest() => Silos.UseClient();

    private protected string Folder => _place.Path("cluster");

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (SiloProcess silo in ClusterFile.Read(Folder)?.Silos ?? [])
        {
            silo.Kill(Folder);
        }

        await Task.Delay(100);
        _place.Dispose();
    }
}
