using Cluster.Contracts.Experiments;
using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>The experiment file's compressions as those of Numerics.</summary>
internal static class Compressions
{
    /// <summary>What makes the gradients of a slice smaller; null where they travel whole. On the slice's device thread.</summary>
    /// <param name="role">The role.</param>
    /// <param name="range">The slice.</param>
    /// <param name="device">Where it is.</param>
    /// <param name="wire">Number format in which gradients are handed over.</param>
    /// <param name="contributes">Whether it is for a contributor; else for the shard.</param>
    public static GradientCodec? Codec(RoleBlueprint role, ShardRange range, Device device, ScalarType wire, bool contributes) => role.Compression switch
    {
        NoCompression => null,
        TopKCompression top => new TopKCodec(range.Count, top.Share, device, role.Type, wire, contributes),
        PowerSgdCompression power => new PowerSgdCodec(
            role.Layout, range, power.Rank, purpose => RandomStream.Named(role.Seed, role.Name, 0, 0, purpose), device, role.Type, contributes),
        _ => throw new InvalidOperationException($"compression {role.Compression} has no codec"),
    };
}
