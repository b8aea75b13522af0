using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>Labels as rows of zeros with a single one.</summary>
internal static class OneHot
{
    /// <summary>Shape (B, K); on the device's thread.</summary>
    /// <param name="labels">Each from 0 to K − 1.</param>
    /// <param name="classes">K.</param>
    /// <param name="type">Number format.</param>
    /// <param name="device">Where.</param>
    public static Tensor Of(ReadOnlySpan<int> labels, int classes, ScalarType type, Device device)
    {
        Tensor chosen_BK = zeros(labels.Length, classes, ScalarType.Float32);
        Span<float> values = chosen_BK.AsFloats();
        for (int row = 0; row < labels.Length; row++)
        {
            values[(row * classes) + labels[row]] = 1;
        }

        return chosen_BK.to(type).to(device);
    }
}
