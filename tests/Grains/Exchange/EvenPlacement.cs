using Microsoft.Extensions.DependencyInjection;
using Orleans.Metadata;
using Orleans.Placement;
using Orleans.Runtime;
using Orleans.Runtime.Placement;

namespace Cluster.Grains.Tests;

/// <summary>Places the actors of a run by their index in turn over the silos, as a cluster does: where a slice travels is then the same in each run.</summary>
public sealed class EvenPlacement() : PlacementFilterStrategy(1)
{
    /// <summary>For the services of <see cref="TrainingCluster.Start"/>.</summary>
    public static void Use(IServiceCollection services)
    {
        services.AddPlacementFilter<EvenPlacement, Director>(ServiceLifetime.Transient);
        services.AddSingleton<IGrainPropertiesProvider, Properties>();
    }

    private sealed class Properties(IServiceProvider services) : IGrainPropertiesProvider
    {
        public void Populate(Type grainClass, GrainType grainType, Dictionary<string, string> properties)
        {
            if (grainClass.Namespace?.StartsWith("Cluster.", StringComparison.Ordinal) == true)
            {
                new EvenPlacement().PopulateGrainProperties(services, grainClass, grainType, properties);
            }
        }
    }

    private sealed class Director : IPlacementFilterDirector
    {
        public IEnumerable<SiloAddress> Filter(PlacementFilterStrategy filterStrategy, PlacementTarget target, IEnumerable<SiloAddress> silos)
        {
            SiloAddress[] all = [.. silos.OrderBy(silo => silo.ToParsableString(), StringComparer.Ordinal)];
            string[] key = (target.GrainIdentity.Key.ToString() ?? "").Split('/');
            return key.Length == 3 && int.TryParse(key[2], out int index) ? [all[index % all.Length]] : all;
        }
    }
}
