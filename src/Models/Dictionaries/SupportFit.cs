using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Dictionaries;

/// <summary>
/// Least squares on the atoms that a sparse code uses: what the penalty took from its coefficients is given back
/// (the relaxed LASSO of Meinshausen 2007 with φ = 0).
/// </summary>
public static class SupportFit
{
    /// <summary>Each signal's least-squares coefficients on the support of its code, shape (B, K), 0 elsewhere; the caller owns them.</summary>
    /// <param name="x_BD">Signals.</param>
    /// <param name="atoms_KD">The dictionary.</param>
    /// <param name="code_BK">Sparse codes; an atom that the atoms before it on the support span keeps no coefficient.</param>
    public static Tensor Of(Tensor x_BD, Tensor atoms_KD, Tensor code_BK)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable mode = no_grad();
        Tensor atoms = atoms_KD.to(ScalarType.Float64).cpu(), code = code_BK.to(ScalarType.Float64).cpu().contiguous();
        double[] gram = atoms.mm(atoms.t()).contiguous().AsDoubles().ToArray();
        double[] b = x_BD.to(ScalarType.Float64).cpu().mm(atoms.t()).contiguous().AsDoubles().ToArray();
        double[] h = code.AsDoubles().ToArray();
        int count = (int)atoms.shape[0];
        RowParallel.For((int)code.shape[0], (first, rows) =>
        {
            ActiveFactor factor = new(count);
            for (int row = first; row < first + rows; row++)
            {
                factor.Clear();
                Span<double> h_K = h.AsSpan(row * count, count);
                for (int k = 0; k < count; k++)
                {
                    if (h_K[k] != 0)
                    {
                        factor.Add(k, Math.Sign(h_K[k]), gram, 1e-9);
                        h_K[k] = 0;
                    }
                }

                factor.SolveAt(b.AsSpan(row * count, count), 0, h_K);
            }
        });
        return tensor(h, code.shape[0], count).to(code_BK.dtype).to(code_BK.device).clone().MoveToOuterDisposeScope();
    }
}
