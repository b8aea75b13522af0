using Cluster.Contracts;
using Cluster.Grains;
using Cluster.Silo;

namespace Cluster.Client;

/// <summary>A silo in this process, for commands that name no cluster.</summary>
internal sealed class LocalCluster : ClusterLink
{
    private readonly TrainingSilo _silo;

    private LocalCluster(TrainingSilo silo) => _silo = silo;

    /// <inheritdoc/>
    public override string? Address => null;

    /// <inheritdoc/>
    public override IClusterGrain? Whole => null;

    /// <summary>Starts the silo.</summary>
    /// <param name="runs">The folder that holds all runs.</param>
    /// <param name="data">The folder of data sets; null for the usual places.</param>
    /// <param name="verbose">Whether the actors' log goes to standard error.</param>
    public static async Task<LocalCluster> Start(string runs, string? data, bool verbose) =>
        new(await TrainingSilo.Start(new TrainingOptions { Runs = runs, Data = data }, verbose));

    /// <inheritdoc/>
    public override IGrainFactory Grains => _silo.Grains;

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => _silo.DisposeAsync();
}
