using Cluster.Contracts.Runs;
using Cluster.Grains;
using Orleans.Metadata;
using Orleans.Placement;
using Orleans.Runtime;
using Orleans.Runtime.Placement;

namespace Cluster.Silo;

/// <summary>
/// Where actors may be placed: not on a silo that leaves, and an actor of a run with devices on the silo of its device. The
/// built-in filters compare with the silo that places, which says nothing of a device.
/// </summary>
public sealed class RunPlacement() : PlacementFilterStrategy(0);

/// <summary>Applies <see cref="RunPlacement"/> to every grain of ours.</summary>
internal sealed class RunPlacementProperties(IServiceProvider services) : IGrainPropertiesProvider
{
    public void Populate(Type grainClass, GrainType grainType, Dictionary<string, string> properties)
    {
        if (grainClass.Namespace?.StartsWith("Cluster.", StringComparison.Ordinal) == true)
        {
            new RunPlacement().PopulateGrainProperties(services, grainClass, grainType, properties);
        }
    }
}

/// <summary>Decides by the places that the run was given and by the silos' last reports.</summary>
internal sealed class RunPlacementDirector(TrainingOptions options, SiloBook book) : IPlacementFilterDirector
{
    public IEnumerable<SiloAddress> Filter(PlacementFilterStrategy filterStrategy, PlacementTarget target, IEnumerable<SiloAddress> silos)
    {
        SiloAddress[] all = [.. silos];
        if (!options.InCluster)
        {
            return all;
        }

        if (PlaceOf(target.GrainIdentity.Key.ToString() ?? "") is { } place)
        {
            SiloAddress[] there = [.. all.Where(silo => silo.ToParsableString() == place.Silo)];
            if (there.Length > 0)
            {
                return there;
            }

            // Its silo is gone. Who only looks at a checkpoint, as the evaluator, needs a device of the kind.
            SiloAddress[] alike = [.. all.Where(silo => place.Device == "cpu" || book.HasCuda(silo.ToParsableString()))];
            all = alike.Length > 0 ? alike : all;
        }

        SiloAddress[] staying = [.. all.Where(silo => !book.IsDraining(silo.ToParsableString()))];
        return staying.Length > 0 ? staying : all;
    }

    private LeasedDevice? PlaceOf(string key) => key.Split('/') is [var run, _, _] && RunFolder.IsValidName(run)
        ? RunLease.Read(new RunFolder(options.Runs, run))?.For(key)
        : null;
}
