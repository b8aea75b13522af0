using Cluster.Contracts.Experiments;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>
/// Rounding of gradients to fewer bits before they are added. A gradient that stays within its silo is rounded like one that
/// travels: the sums depend on the experiment file, not on who sits where.
/// </summary>
internal static class WireRounding
{
    /// <summary>The format that a file asks for; null where gradients stay as they are.</summary>
    public static ScalarType? Type(WirePrecision precision) => precision switch
    {
        WirePrecision.Float32 => null,
        WirePrecision.Bfloat16 => ScalarType.BFloat16,
        WirePrecision.Float16 => ScalarType.Float16,
        _ => throw new ArgumentOutOfRangeException(nameof(precision), precision, "no such wire precision"),
    };

    /// <summary>The tensor in the format that travels.</summary>
    public static Tensor Of(Tensor gradient, ScalarType? wire) => wire is { } type ? gradient.detach().to_type(type) : gradient.detach();

    /// <summary>Rounds a gradient where it lies; on its device's thread, behind the work that makes it, whose failure it passes on.</summary>
    public static void InPlace(Task computed, Tensor gradient, ScalarType wire)
    {
        computed.GetAwaiter().GetResult();
        using (no_grad())
        {
            gradient.copy_(gradient.to_type(wire));
        }
    }
}
