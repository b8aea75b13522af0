using System.Numerics;

namespace Cluster.Models.Dictionaries;

/// <summary>
/// Moves a block of atoms down the surrogate ½·tr(DᵀAD) − tr(BᵀD) of Mairal et al. 2009, equation 9 (atoms are rows of D here), under
/// ‖d_k‖ ≤ 1. In memory, one atom after the other, and each sum over the atoms in their order: whether one block holds all
/// atoms or many hold some, the same bits.
/// </summary>
internal static class AtomDescent
{
    /// <summary>An atom whose A_kk is at most this has not been used yet, or so long ago that its statistics are noise; it stays.</summary>
    public const double LeastUse = 1e-6;

    /// <summary>
    /// Algorithm 2: u = (b_k − a_k D)/A_kk + d_k, then d_k = u/max(‖u‖, 1), in place, so that later atoms see earlier ones moved.
    /// </summary>
    /// <param name="statistics_SE">Rows [A | B] of the block's atoms, S × (K + D).</param>
    /// <param name="atoms_KD">The whole dictionary; the block's rows change.</param>
    /// <param name="features">D, elements of an atom.</param>
    /// <param name="block">The atoms to move.</param>
    /// <param name="nonNegative">Whether atoms must be at least 0.</param>
    public static void BlockCoordinate<T>(ReadOnlySpan<T> statistics_SE, Span<T> atoms_KD, int features, AtomBlock block, bool nonNegative)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int atoms = atoms_KD.Length / features, stride = atoms + features;
        T[] u_D = new T[features];
        for (int s = 0; s < block.Count; s++)
        {
            ReadOnlySpan<T> row_E = statistics_SE.Slice(s * stride, stride);
            T use = row_E[block.First + s];
            if (!(use > T.CreateChecked(LeastUse)))
            {
                continue;
            }

            Span<T> atom_D = atoms_KD.Slice((block.First + s) * features, features);
            Pull(row_E, atoms_KD, u_D, atoms);
            for (int d = 0; d < features; d++)
            {
                u_D[d] = (u_D[d] / use) + atom_D[d];
            }

            Project(u_D, atom_D, nonNegative);
        }
    }

    /// <summary>
    /// A projected gradient step d_k + (b_k − a_k D)/Σ_j|A_kj| for all atoms from where they are. The lengths make the surrogate's
    /// majorizer separable (diag(Σ_j|A_kj|) − A is diagonally dominant), so that the surrogate cannot grow and no shard need
    /// know another's eigenvalues.
    /// </summary>
    /// <param name="statistics_SE">Rows [A | B] of the block's atoms, S × (K + D).</param>
    /// <param name="before_KD">The whole dictionary before the step.</param>
    /// <param name="after_KD">Takes the block's atoms after it.</param>
    /// <param name="features">D, elements of an atom.</param>
    /// <param name="block">The atoms to move.</param>
    /// <param name="nonNegative">Whether atoms must be at least 0.</param>
    public static void ProjectedGradient<T>(
        ReadOnlySpan<T> statistics_SE, ReadOnlySpan<T> before_KD, Span<T> after_KD, int features, AtomBlock block, bool nonNegative)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int atoms = before_KD.Length / features, stride = atoms + features;
        T[] u_D = new T[features];
        for (int s = 0; s < block.Count; s++)
        {
            ReadOnlySpan<T> row_E = statistics_SE.Slice(s * stride, stride);
            ReadOnlySpan<T> atom_D = before_KD.Slice((block.First + s) * features, features);
            if (!(row_E[block.First + s] > T.CreateChecked(LeastUse)))
            {
                continue;
            }

            T reach = T.Zero;
            foreach (T a in row_E[..atoms])
            {
                reach += T.Abs(a);
            }

            Pull(row_E, before_KD, u_D, atoms);
            for (int d = 0; d < features; d++)
            {
                u_D[d] = (u_D[d] / reach) + atom_D[d];
            }

            Project(u_D, after_KD.Slice((block.First + s) * features, features), nonNegative);
        }
    }

    /// <summary>b_k − a_k D, minus the surrogate's gradient.</summary>
    private static void Pull<T>(ReadOnlySpan<T> row_E, ReadOnlySpan<T> atoms_KD, Span<T> into_D, int atoms)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int features = into_D.Length;
        row_E[atoms..].CopyTo(into_D);
        for (int i = 0; i < atoms; i++)
        {
            // Pairs of atoms that no signal used together are most of them.
            if (row_E[i] != T.Zero)
            {
                VectorMath.SubtractScaled(into_D, atoms_KD.Slice(i * features, features), row_E[i]);
            }
        }
    }

    private static void Project<T>(ReadOnlySpan<T> u_D, Span<T> into_D, bool nonNegative)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T square = T.Zero;
        for (int d = 0; d < u_D.Length; d++)
        {
            T value = nonNegative && u_D[d] < T.Zero ? T.Zero : u_D[d];
            into_D[d] = value;
            square += value * value;
        }

        if (square > T.One)
        {
            T scale = T.One / T.Sqrt(square);
            foreach (ref T value in into_D)
            {
                value *= scale;
            }
        }
    }
}
