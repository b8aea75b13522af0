using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Boltzmann;

/// <summary>
/// How far chains remember: second moments of the particles' hidden units before and after an update, around each unit's mean over the
/// particles, summed over units and particles. Moments of several pools add up.
/// </summary>
/// <param name="Product">Σ (h − h̄)(h' − h̄').</param>
/// <param name="Before">Σ (h − h̄)².</param>
/// <param name="After">Σ (h' − h̄')².</param>
public readonly record struct ChainMoments(double Product, double Before, double After)
{
    /// <summary>The autocorrelation at a lag of one update, in [−1, 1]; 1 where no particle differs from another, for then none moves.</summary>
    public double Correlation => Before > 0 && After > 0 ? Product / Math.Sqrt(Before * After) : 1;

    /// <summary>Moments of some particles. Reads only.</summary>
    /// <param name="before_MH">States before, shape (M, H).</param>
    /// <param name="after_MH">States of the same particles after.</param>
    public static ChainMoments Of(Tensor before_MH, Tensor after_MH)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable guard = no_grad();
        Tensor before = before_MH - before_MH.mean([0], keepdim: true), after = after_MH - after_MH.mean([0], keepdim: true);
        return new ChainMoments((before * after).sum().AsDouble(), before.Square().sum().AsDouble(), after.Square().sum().AsDouble());
    }
}
