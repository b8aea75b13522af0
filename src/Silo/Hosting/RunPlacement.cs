using Cluster.Contracts.Runs;
using Cluster.Grains;
using Orleans.Metadata;
using Orleans.Placement;
using Orleans.Runtime;
using Orleans.Runtime.Placement;

namespace Cluster.Silo;

/// <summary>
/// Where actors may be placed: not on a silo that leaves; an actor of a run with devices on the silo of its device; and those of
/// any other run by their index in turn over the silos, so that replicas spread evenly and the actors of one replica share a
/// silo. The built-in filters compare with the silo that places, which says nothing of a device.
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

        string[] key = (target.GrainIdentity.Key.ToString() ?? "").Split('/');
        if (key.Length != 3 || !RunFolder.IsValidName(key[0]))
        {
            return Staying(all);
        }

        if (RunLease.Read(new RunFolder(options.Runs, key[0]))?.For(string.Join('/', key)) is { } place)
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

        SiloAddress[] staying = Staying(all);
        return staying.Length > 0 && int.TryParse(key[2], out int index) && index >= 0 ? [InTurn(staying, key[0], index)] : staying;
    }

    /// <summary>Those that do not leave; all, where each of them does.</summary>
    private SiloAddress[] Staying(SiloAddress[] all)
    {
        SiloAddress[] staying = [.. all.Where(silo => !book.IsDraining(silo.ToParsableString()))];
        return staying.Length > 0 ? staying : all;
    }

    /// <summary>The silo of an index: runs begin at different silos.</summary>
    private static SiloAddress InTurn(SiloAddress[] silos, string run, int index)
    {
        Array.Sort(silos, (left, right) => string.CompareOrdinal(left.ToParsableString(), right.ToParsableString()));
        uint first = run.Aggregate(2166136261u, (hash, letter) => (hash ^ letter) * 16777619u);
        return silos[(first + (uint)index) % silos.Length];
    }
}
