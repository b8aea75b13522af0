using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Contracts.Runs;
using Cluster.Grains;
using Cluster.Silo;
using Orleans.Hosting;
using Orleans.TestingHost;

namespace Cluster.Dashboard.Tests;

/// <summary>Silos that really train, with a dashboard on them.</summary>
internal sealed class LiveCluster : IAsyncDisposable
{
    private static string s_runs = "";

    private readonly TestCluster _cluster;
    private readonly RunsRoot _runs;

    private LiveCluster(TestCluster cluster, RunsRoot runs) => (_cluster, _runs) = (cluster, runs);

    public IGrainFactory Grains => _cluster.GrainFactory;

    public RunFolder Folder(string run) => new(_runs.Path, run);

    /// <summary>Starts silos; tests of this project that have some run one after the other.</summary>
    public static async Task<LiveCluster> Start(short silos, RunsRoot runs)
    {
        s_runs = runs.Path;
        TestClusterBuilder builder = new(silos);
        builder.AddSiloBuilderConfigurator<Configurator>();
        TestCluster cluster = builder.Build();
        await cluster.DeployAsync();
        return new LiveCluster(cluster, runs);
    }

    /// <summary>A dashboard with buttons.</summary>
    public Task<DashboardServer> Serve(string? token = null, int port = 0) => DashboardServer.Start(new DashboardOptions
    {
        Runs = _runs.Path, Grains = Grains, Token = token, Port = port, Poll = TimeSpan.FromMilliseconds(50),
    });

    /// <summary>A run that trains until it is stopped, in steps so large that the browser keeps up with them.</summary>
    public Task Train(string run) => Grains.GetGrain<IExperimentGrain>(run).Start(ExperimentFile.Parse(
        """
        model:
          kind: gan
          latent: 8
          generator: {hidden: [512]}
          discriminator: {hidden: [512]}
        data: digits
        steps: 10000000
        batch: 512
        threads: 1
        replicas: 2
        shards: 2
        checkpoint: {every: 20, keep: 2}
        sample: {every: 20, grid: 2x2}
        metrics: {every: 5}
        """,
        "test.yaml",
        []).ToYaml());

    /// <summary>Kills a silo that does not carry the run's workflow itself, which nobody but a queue would start again.</summary>
    /// <returns>Its name.</returns>
    public async Task<string> KillOneBeside(string run)
    {
        ClusterMap map = await Grains.GetGrain<IClusterGrain>(0).Map();
        SiloReport victim = map.Silos.First(silo => !silo.Report.Runs.Contains(run, StringComparer.Ordinal)).Report;
        await _cluster.KillSiloAsync(_cluster.Silos.Single(silo => silo.SiloAddress.ToParsableString() == victim.Silo));
        return victim.Name;
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.StopAllSilosAsync();
        await _cluster.DisposeAsync();
    }

    private sealed class Configurator : ISiloConfigurator
    {
        public void Configure(ISiloBuilder siloBuilder) => siloBuilder.AddTraining(new TrainingOptions { Runs = s_runs });
    }
}
