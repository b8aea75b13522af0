using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Evaluation;

/// <summary>
/// Kernel distance (KID; Bińkowski, Sutherland, Arbel and Gretton 2018, arXiv:1801.01401): the squared maximum mean discrepancy of
/// features under k(x, y) = (xᵀy/F + 1)³. Unbiased, so that it may be negative, and 0 on average for two sets of one distribution,
/// whatever their size. In float64.
/// </summary>
public static class KernelDistance
{
    /// <summary>Examples in a subset where there are enough for four.</summary>
    private const long Subset = 1000;

    /// <summary>The mean over disjoint subsets, and its standard error.</summary>
    /// <param name="a_NF">Examples in no order.</param>
    /// <param name="b_MF">As many elements each; at least eight examples here and there.</param>
    public static (double Value, double StandardError) Of(Tensor a_NF, Tensor b_MF)
    {
        long fewer = Math.Min(a_NF.shape[0], b_MF.shape[0]), size = Math.Min(fewer / 4, Subset);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 2, nameof(a_NF));
        int subsets = (int)(fewer / size);
        double[] values = [.. Enumerable.Range(0, subsets).Select(subset =>
        {
            using Tensor a = a_NF.narrow(0, subset * size, size), b = b_MF.narrow(0, subset * size, size);
            return Unbiased(a, b);
        })];
        double mean = values.Average();
        return (mean, Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (subsets - 1) / subsets));
    }

    /// <summary>The unbiased estimate from two whole sets (Gretton et al. 2012, equation 3).</summary>
    /// <param name="a_NF">At least two examples.</param>
    /// <param name="b_MF">At least two examples of as many elements.</param>
    public static double Unbiased(Tensor a_NF, Tensor b_MF)
    {
        long n = a_NF.shape[0], m = b_MF.shape[0];
        ArgumentOutOfRangeException.ThrowIfLessThan(n, 2, nameof(a_NF));
        ArgumentOutOfRangeException.ThrowIfLessThan(m, 2, nameof(b_MF));
        using DisposeScope scope = NewDisposeScope();
        using IDisposable guard = no_grad();
        Tensor a = a_NF.to(ScalarType.Float64), b = b_MF.to(ScalarType.Float64);
        Tensor within_NN = Kernel(a, a), across_NM = Kernel(a, b), other_MM = Kernel(b, b);
        return ((within_NN.sum().AsDouble() - within_NN.trace().AsDouble()) / (n * (n - 1.0)))
            + ((other_MM.sum().AsDouble() - other_MM.trace().AsDouble()) / (m * (m - 1.0)))
            - (2 * across_NM.sum().AsDouble() / ((double)n * m));
    }

    private static Tensor Kernel(Tensor a_NF, Tensor b_MF) => a_NF.mm(b_MF.t()).Div(a_NF.shape[1]).Add(1).Pow(3);
}
