using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Models;

/// <summary>Fills a layer's outputs with its bias, to which its product is then added; without autograd.</summary>
internal static class BiasKernel
{
    /// <summary>Writes the bias into every row.</summary>
    /// <param name="bias_K">Shape (K).</param>
    /// <param name="rows_BK">Shape (B, K).</param>
    public static void Fill(Tensor bias_K, Tensor rows_BK)
    {
        if (!ActivationKernel.IsPlain(bias_K) || !ActivationKernel.IsPlain(rows_BK))
        {
            rows_BK.copy_(bias_K);
            return;
        }

        ReadOnlySpan<float> bias = bias_K.AsFloats();
        for (Span<float> rows = rows_BK.AsFloats(); rows.Length > 0; rows = rows[bias.Length..])
        {
            bias.CopyTo(rows);
        }
    }
}
