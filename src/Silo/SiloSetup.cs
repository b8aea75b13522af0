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
    /// <summary>Adds the actors' services to a silo.</summary>
    public static ISiloBuilder AddTraining(this ISiloBuilder silo, TrainingOptions options)
    {
        silo.Services.AddClusterTraining(options);
        silo.AddStartupTask((services, _) => services.GetRequiredService<IGrainFactory>()
            .GetGrain<ISiloGrain>(services.GetRequiredService<ILocalSiloDetails>().SiloAddress.ToParsableString()).Begin());

        silo.Services.AddPlacementFilter<RunPlacement, RunPlacementDirector>(ServiceLifetime.Transient);
        silo.Services.AddSingleton<IGrainPropertiesProvider, RunPlacementProperties>();

        // A step's trace follows its messages from silo to silo.
        return silo.AddActivityPropagation();
    }
}
