using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Dictionaries;

/// <summary>
/// ISTA (Daubechies, Defrise, De Mol 2004) and FISTA (Beck, Teboulle 2009, with constant step) on a whole batch at once: a
/// gradient step of 1/L, L the largest eigenvalue of G, then shrinkage by α/L. FISTA's momentum starts anew for each signal whose
/// step turns against it (O'Donoghue, Candès 2015, gradient scheme), which gives back linear convergence near the solution.
/// </summary>
internal static class ProximalGradient
{
    /// <summary>Iterations between two looks at the optimality conditions: a look makes the host wait for the device.</summary>
    private const int LookEvery = 10;

    /// <summary>The codes, shape (B, K).</summary>
    public static Tensor Solve(GramProblem problem, SparseCodingOptions options, bool accelerated)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor b_BK = problem.Correlation_BK, gram_KK = problem.Gram_KK;
        Tensor h_BK = zeros_like(b_BK);
        double lipschitz = linalg.eigvalsh(gram_KK).max().AsDouble();
        if (!(lipschitz > 0))
        {
            return h_BK.MoveToOuterDisposeScope();
        }

        double tolerance = options.Tolerance * SparseCoding.Scale(options.Penalty);
        Tensor y_BK = accelerated ? zeros_like(b_BK) : h_BK;
        Tensor momentum_B1 = ones([b_BK.shape[0], 1], b_BK.dtype, b_BK.device);
        for (int iteration = 1; iteration <= options.MaximumIterations; iteration++)
        {
            using DisposeScope inner = NewDisposeScope();
            Tensor next_BK = Shrink(y_BK.Add((b_BK - y_BK.mm(gram_KK)).Div(lipschitz)), options.Penalty / lipschitz, options.NonNegative);
            if (accelerated)
            {
                Tensor step_BK = next_BK - h_BK;
                Tensor against_B1 = ((y_BK - next_BK) * step_BK).sum(1, keepdim: true).Gt(0);
                Tensor present_B1 = where(against_B1, ones_like(momentum_B1), momentum_B1);
                Tensor grown_B1 = (present_B1.Mul(4) * present_B1).Add(1).sqrt().Add(1).Div(2);
                y_BK.copy_(next_BK.Add(step_BK * (present_B1.Sub(1) / grown_B1)));
                momentum_B1.copy_(grown_B1);
            }

            h_BK.copy_(next_BK);
            if (iteration % LookEvery == 0 && SparseOptimality.Violation(problem, h_BK, options).max().AsDouble() <= tolerance)
            {
                break;
            }
        }

        return h_BK.MoveToOuterDisposeScope();
    }

    /// <summary>v − clamp(v, −t, t), the minimizer of ½(u − v)² + t|u|; over u ≥ 0, max(v − t, 0).</summary>
    private static Tensor Shrink(Tensor value, double threshold, bool nonNegative) =>
        nonNegative ? value.Sub(threshold).ClampMin(0) : value - value.Clamp(-threshold, threshold);
}
