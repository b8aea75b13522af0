using Cluster.Contracts;
using Cluster.Contracts.Experiments;

namespace Cluster.Grains;

/// <summary>Places that some actors of a run need, one for each replica.</summary>
/// <param name="Kind">CUDA devices, each for this run alone, or a share of silos' CPUs.</param>
/// <param name="Count">How many.</param>
/// <param name="Index">The one CUDA device by number; null for any.</param>
/// <param name="Memory">MiB that each needs; 0: no matter.</param>
/// <param name="Pool">Silos of this pool alone; empty for any.</param>
/// <param name="Roles">The roles that were placed apart from the rest; none for the rest.</param>
internal sealed record DeviceNeed(DeviceKind Kind, int Count, int? Index, long Memory, string Pool, IReadOnlyList<string> Roles)
{
    /// <summary>What a run needs; none where it may be anywhere.</summary>
    public static IReadOnlyList<DeviceNeed> Of(ExperimentFile file)
    {
        PlacementSection placement = file.Placement;

        // Roles of one pool share its devices, as all roles do that are not named.
        var pools = placement.Roles.Where(each => each.Pool != placement.Pool)
            .GroupBy(each => each.Pool, each => each.Role, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.ToArray(), StringComparer.Ordinal);
        bool rest = file.Model.Actors.Except(pools.Values.SelectMany(roles => roles)).Any();
        DeviceNeed common = new(file.Device.Kind, file.Device.Index is null ? file.Replicas : 1, file.Device.Index, placement.Memory, placement.Pool, []);
        return
        [
            .. new[] { common }.Where(each => rest && each.Matters),
            .. pools.Select(pool => common with { Pool = pool.Key, Roles = pool.Value }).Where(each => each.Matters),
        ];
    }

    /// <summary>CUDA devices; a share of a CPU is no device.</summary>
    public int Devices => Kind == DeviceKind.Cuda ? Count : 0;

    /// <summary>Whether a device is one that would do.</summary>
    public bool Fits(SiloReport silo, CudaDevice device) =>
        InPool(silo) && (Index is null || device.Name == new DeviceName(DeviceKind.Cuda, Index).ToString()) && device.MemoryBytes >= Memory << 20;

    /// <summary>Whether a silo is of the pool.</summary>
    public bool InPool(SiloReport silo) => Pool.Length == 0 || silo.Pool == Pool;

    /// <summary>In words: <c>2 CUDA devices with 4096 MiB each</c>.</summary>
    public override string ToString()
    {
        string memory = Memory > 0 ? $" with {Memory} MiB{(Count > 1 ? " each" : "")}" : "";
        return (Kind, Index) switch
        {
            (DeviceKind.Cpu, _) => (Count == 1 ? "a place on a silo" : $"{Count} places on silos") + memory,
            (_, { } index) => $"device cuda:{index} of a silo{memory}",
            _ => (Count == 1 ? "a CUDA device" : $"{Count} CUDA devices") + memory,
        };
    }

    private bool Matters => Kind == DeviceKind.Cuda || Memory > 0 || Pool.Length > 0;
}
