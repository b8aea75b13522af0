using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Dictionaries;

/// <summary>The objective of sparse coding, and how far codes are from its minimum.</summary>
public static class SparseOptimality
{
    /// <summary>½‖x − hD‖² + α‖h‖₁ for each signal, shape (B), without history.</summary>
    public static Tensor Objective(Tensor x_BD, Tensor atoms_KD, Tensor code_BK, double penalty)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable mode = no_grad();
        if (x_BD.device_type == DeviceType.CPU && x_BD.is_contiguous() && atoms_KD.is_contiguous() && code_BK.is_contiguous())
        {
            Tensor each_B = empty([x_BD.shape[0]], x_BD.dtype);
            if (x_BD.dtype == ScalarType.Float32)
            {
                SparseSums.Objective(x_BD, atoms_KD, code_BK, (float)penalty, each_B);
            }
            else
            {
                SparseSums.Objective(x_BD, atoms_KD, code_BK, penalty, each_B);
            }

            return each_B.MoveToOuterDisposeScope();
        }

        Tensor rest_BD = x_BD - code_BK.mm(atoms_KD);
        return (rest_BD * rest_BD).sum(1).Mul(0.5).Add(code_BK.abs().sum(1).Mul(penalty)).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// How far each code misses the optimality conditions (Karush, Kuhn, Tucker), shape (B): with q the correlations of the atoms
    /// with the residual, |q_k − α·sign h_k| where h_k is not 0, and what |q_k| exceeds α by where it is.
    /// </summary>
    public static Tensor Violation(Tensor x_BD, Tensor atoms_KD, Tensor code_BK, SparseCodingOptions options)
    {
        using GramProblem problem = GramProblem.Of(x_BD, atoms_KD);
        return Violation(problem, code_BK, options);
    }

    internal static Tensor Violation(GramProblem problem, Tensor code_BK, SparseCodingOptions options)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor q_BK = problem.Correlation_BK - code_BK.mm(problem.Gram_KK);
        Tensor idle_BK = (options.NonNegative ? q_BK : q_BK.abs()).Sub(options.Penalty).ClampMin(0);
        Tensor busy_BK = (q_BK - code_BK.sign().Mul(options.Penalty)).abs();
        Tensor worst_BK = where(code_BK.Eq(0), idle_BK, busy_BK);
        if (options.NonNegative)
        {
            worst_BK = maximum(worst_BK, (-code_BK).ClampMin(0));
        }

        return worst_BK.amax([1]).MoveToOuterDisposeScope();
    }
}
