using Cluster.Contracts;
using Cluster.Grains;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Hosting;
using Orleans.Metadata;
using Orleans.Placement;
using Orleans.Runtime;

namespace Cluster.Silo;

/// <summary>What makes an Orleans silo one of ours; the hosts and the tests share it.</summary>
public static class SiloSetup
{
    /// <summary>How often a silo tries to begin before its start fails.</summary>
    private const int Tries = 100;

    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(100);

    /// <summary>Adds the actors' services to a silo.</summary>
    public static ISiloBuilder AddTraining(this ISiloBuilder silo, TrainingOptions options)
    {
        silo.Services.AddClusterTraining(options);
        silo.AddStartupTask(Begin);
        Clustering.BeginAtOnce(silo);

        silo.Services.AddPlacementFilter<RunPlacement, RunPlacementDirector>(ServiceLifetime.Transient);
        silo.Services.AddSingleton<IGrainPropertiesProvider, RunPlacementProperties>();

        // A step's trace follows its messages from silo to silo.
        return silo.AddActivityPropagation();
    }

    /// <summary>
    /// Opens the silo's own grain. While silos join, the directory of grains changes hands, and refuses a grain for a moment.
    /// </summary>
    private static async Task Begin(IServiceProvider services, CancellationToken cancellation)
    {
        ISiloGrain here = services.GetRequiredService<IGrainFactory>()
            .GetGrain<ISiloGrain>(services.GetRequiredService<ILocalSiloDetails>().SiloAddress.ToParsableString());
        TimeProvider time = services.GetRequiredService<TimeProvider>();
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                await here.Begin();
                return;
            }
            catch (OrleansMessageRejectionException) when (attempt < Tries)
            {
                await Task.Delay(BetweenTries, time, cancellation);
            }
        }
    }
}
