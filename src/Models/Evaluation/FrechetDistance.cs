using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Evaluation;

/// <summary>
/// Squared Fréchet distance of two normal distributions (Dowson and Landau 1982): |μ₁ − μ₂|² + tr(Σ₁ + Σ₂ − 2(Σ₁Σ₂)^½). With the moments
/// of features it is the distance that Heusel et al. 2017 (arXiv:1706.08500) judge samples by; it shrinks with the number of examples
/// that the moments are estimated from, so that only figures of equal numbers compare. In float64.
/// </summary>
public static class FrechetDistance
{
    /// <summary>Between the normal distributions with the moments of two sets of examples.</summary>
    /// <param name="a_NF">At least two rows.</param>
    /// <param name="b_MF">At least two rows of as many elements.</param>
    /// <exception cref="ArgumentException">The sets do not fit, or are too small.</exception>
    public static double Of(Tensor a_NF, Tensor b_MF)
    {
        if (a_NF.dim() != 2 || b_MF.dim() != 2 || a_NF.shape[1] != b_MF.shape[1] || a_NF.shape[0] < 2 || b_MF.shape[0] < 2)
        {
            throw new ArgumentException($"({string.Join(", ", a_NF.shape)}) and ({string.Join(", ", b_MF.shape)}) are not two sets of at least two examples of one length.", nameof(b_MF));
        }

        using DisposeScope scope = NewDisposeScope();
        using IDisposable guard = no_grad();
        (Tensor meanA_F, Tensor covarianceA_FF) = Moments(a_NF);
        (Tensor meanB_F, Tensor covarianceB_FF) = Moments(b_MF);
        return Of(meanA_F, covarianceA_FF, meanB_F, covarianceB_FF);
    }

    /// <summary>Between two normal distributions.</summary>
    /// <param name="meanA_F">Mean of the one.</param>
    /// <param name="covarianceA_FF">Its covariance, symmetric and without negative eigenvalues but for rounding.</param>
    /// <param name="meanB_F">Mean of the other.</param>
    /// <param name="covarianceB_FF">Its covariance.</param>
    public static double Of(Tensor meanA_F, Tensor covarianceA_FF, Tensor meanB_F, Tensor covarianceB_FF)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable guard = no_grad();

        // tr (Σ₁Σ₂)^½ = tr (Σ₁^½ Σ₂ Σ₁^½)^½, whose argument is symmetric: its eigenvalues are real, and no complex root has to be cut.
        Tensor root_FF = Root(covarianceA_FF.to(ScalarType.Float64)), b_FF = covarianceB_FF.to(ScalarType.Float64);
        Tensor inner_FF = root_FF.mm(b_FF).mm(root_FF);
        Tensor eigenvalues_F = linalg.eigvalsh(inner_FF.Add(inner_FF.t()).Mul(0.5)).ClampMin(0);
        Tensor apart_F = meanA_F.to(ScalarType.Float64) - meanB_F.to(ScalarType.Float64);
        double distance = apart_F.dot(apart_F).AsDouble() + covarianceA_FF.to(ScalarType.Float64).trace().AsDouble() + b_FF.trace().AsDouble()
            - (2 * eigenvalues_F.sqrt().sum().AsDouble());
        return Math.Max(distance, 0);
    }

    /// <summary>The symmetric square root of a symmetric matrix; eigenvalues that rounding made negative count as 0.</summary>
    private static Tensor Root(Tensor matrix_FF)
    {
        (Tensor values_F, Tensor vectors_FF) = linalg.eigh(matrix_FF.Add(matrix_FF.t()).Mul(0.5));
        return (vectors_FF * values_F.ClampMin(0).sqrt()).mm(vectors_FF.t());
    }

    private static (Tensor Mean_F, Tensor Covariance_FF) Moments(Tensor x_NF)
    {
        Tensor wide_NF = x_NF.to(ScalarType.Float64), mean_F = wide_NF.mean([0]), centred_NF = wide_NF - mean_F;
        return (mean_F, centred_NF.t().mm(centred_NF).Div(x_NF.shape[0] - 1));
    }
}
