using Cluster.Contracts;
using Cluster.Contracts.Runs;
using Cluster.Grains;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Hosting;
using Orleans.TestingHost;

namespace Cluster.Silo.Tests;

/// <summary>Three silos of one test cluster: pools <c>left</c> and <c>right</c> with two pretended CUDA devices each, and pool <c>cpu</c>.</summary>
internal sealed class PlacedCluster : IAsyncDisposable
{
    private static readonly string[] Pools = ["left", "right", "cpu"];
    private static string s_runs = "";
    private static QueueLimits s_limits = new();
    private static int s_silos;
    private static string? s_pool;
    private static string? s_nccl;

    private readonly TestCluster _cluster;

    private PlacedCluster(TestCluster cluster) => _cluster = cluster;

    public IClusterGrain Whole => _cluster.GrainFactory.GetGrain<IClusterGrain>(0);

    public IGrainFactory Grains => _cluster.GrainFactory;

    public static async Task<PlacedCluster> Start(Place place, QueueLimits limits, string? nccl = null)
    {
        (s_runs, s_limits, s_silos, s_pool, s_nccl) = (place.Runs, limits, 0, null, nccl);
        TestClusterBuilder builder = new(3);
        builder.AddSiloBuilderConfigurator<Configurator>();
        PlacedCluster started = new(builder.Build());
        await started._cluster.DeployAsync();
        await Place.Until(async () => (await started.Whole.Overview()).Silos.Count == 3, "all silos to report");
        return started;
    }

    /// <summary>What an actor is doing.</summary>
    public Task<ActorActivity> Doing<T>(string key) where T : ITrainingActor => _cluster.GrainFactory.GetGrain<T>(key).Doing();

    /// <summary>The address of a pool's silo.</summary>
    public async Task<string> SiloOf(string pool) => (await Whole.Overview()).Silos.Single(silo => silo.Pool == pool).Silo;

    /// <summary>Ends a pool's silo without a word to the others.</summary>
    public async Task Kill(string pool)
    {
        string silo = await SiloOf(pool);
        await _cluster.KillSiloAsync(_cluster.Silos.Single(each => each.SiloAddress.ToParsableString() == silo));
    }

    /// <summary>Starts another silo of a pool.</summary>
    public Task Join(string pool)
    {
        s_pool = pool;
        return _cluster.StartAdditionalSiloAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.StopAllSilosAsync();
        await _cluster.DisposeAsync();
    }

    private sealed class Configurator : ISiloConfigurator
    {
        public void Configure(ISiloBuilder siloBuilder)
        {
            string pool = s_pool ?? Pools[(Interlocked.Increment(ref s_silos) - 1) % Pools.Length];
            siloBuilder.AddTraining(new TrainingOptions { Runs = s_runs, InCluster = true, Queue = s_limits, Pool = pool, PretendedCuda = pool == "cpu" ? 0 : 2, Nccl = s_nccl });
            siloBuilder.Services.AddHostedService<Beater>();
        }
    }

    /// <summary>Reports as a silo's host does.</summary>
    private sealed class Beater(SiloLife life) : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            await Task.Yield();
            while (!stoppingToken.IsCancellationRequested)
            {
                try
                {
                    await life.Beat(life.Report("", -1));
                }
                catch (Exception notYet) when (notYet is not OutOfMemoryException)
                {
                    // The silo joins, or leaves.
                }

                await Task.Delay(100, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
