using Cluster.Contracts;
using Cluster.Contracts.Runs;
using Cluster.Grains;
using Cluster.Silo;

namespace Cluster.Client;

/// <summary>A silo in this process, for commands that name no cluster. The one file of the client that knows the host.</summary>
internal sealed class LocalCluster : IAsyncDisposable
{
    private readonly TrainingSilo _silo;

    private LocalCluster(TrainingSilo silo) => _silo = silo;

    /// <summary>Starts the silo.</summary>
    /// <param name="runs">The folder that holds all runs.</param>
    /// <param name="data">The folder of data sets; null for the usual places.</param>
    /// <param name="verbose">Whether the actors' log goes to standard error.</param>
    public static async Task<LocalCluster> Start(string runs, string? data, bool verbose) =>
        new(await TrainingSilo.Start(new TrainingOptions { Runs = runs, Data = data }, verbose));

    /// <summary>The actor of a run.</summary>
    public IExperimentGrain Experiment(RunFolder run) => _silo.Grains.GetGrain<IExperimentGrain>(run.Name);

    /// <summary>Stops the silo.</summary>
    public ValueTask DisposeAsync() => _silo.DisposeAsync();
}
