using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cluster.Models.Dictionaries;

/// <summary>
/// Coordinate descent for one signal, in memory. Each coordinate in turn takes the value that minimizes the objective with
/// all others held (Friedman, Hastie, Höfling, Tibshirani 2007), and only those that are not 0 or want to leave it are
/// visited until they agree. What is kept is the correlation of every atom with the residual, q = b − hG, so that a change
/// costs one row of G and a look at an atom costs nothing.
/// <para>A product and a sum, never a fused one, and every lane alone: the same bits on every processor.</para>
/// </summary>
internal static class CoordinateDescent
{
    /// <summary>Minimizes ½hGhᵀ − b·h + α‖h‖₁.</summary>
    /// <param name="gram_KK">G, row by row.</param>
    /// <param name="residual_K">On entry q = b − hG for the h given, so b itself for h = 0; on return that of the solution.</param>
    /// <param name="code_K">On entry where to start; on return the solution.</param>
    /// <param name="active_K">Room for the indices in use.</param>
    /// <param name="penalty">α, at least 0.</param>
    /// <param name="nonNegative">Whether h must be at least 0.</param>
    /// <param name="tolerance">The largest violation of the optimality conditions that may remain, in the units of q.</param>
    /// <param name="maximumSweeps">Visits to all active coordinates at most.</param>
    /// <returns>Sweeps made; <paramref name="maximumSweeps"/> where the tolerance was not reached.</returns>
    public static int Solve<T>(
        ReadOnlySpan<T> gram_KK, Span<T> residual_K, Span<T> code_K, Span<int> active_K, T penalty, bool nonNegative, T tolerance, int maximumSweeps)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int atoms = code_K.Length;
        if (residual_K.Length != atoms || active_K.Length < atoms || gram_KK.Length != (long)atoms * atoms)
        {
            throw new ArgumentException($"{atoms} atoms do not fit {residual_K.Length} correlations, room for {active_K.Length}, and {gram_KK.Length} products.");
        }

        int sweeps = 0;
        while (sweeps < maximumSweeps)
        {
            int active = Activate(residual_K, code_K, active_K, penalty, nonNegative, tolerance, out bool violated);
            if (!violated)
            {
                return sweeps;
            }

            do
            {
                sweeps++;
            }
            while (Sweep(gram_KK, residual_K, code_K, active_K[..active], penalty, nonNegative) > tolerance && sweeps < maximumSweeps);
        }

        return sweeps;
    }

    /// <summary>Lists the coordinates that are not 0, or should not be.</summary>
    private static int Activate<T>(
        ReadOnlySpan<T> residual_K, ReadOnlySpan<T> code_K, Span<int> active_K, T penalty, bool nonNegative, T tolerance, out bool violated)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int count = 0;
        violated = false;
        T limit = penalty + tolerance;
        for (int j = 0; j < code_K.Length; j++)
        {
            T q = residual_K[j], h = code_K[j];
            if (h == T.Zero)
            {
                if ((nonNegative ? q : T.Abs(q)) > limit)
                {
                    active_K[count++] = j;
                    violated = true;
                }
            }
            else
            {
                active_K[count++] = j;
                violated |= T.Abs(q - (h > T.Zero ? penalty : -penalty)) > tolerance;
            }
        }

        return count;
    }

    /// <summary>One visit to each active coordinate.</summary>
    /// <returns>The largest violation of the optimality conditions that was met.</returns>
    private static T Sweep<T>(
        ReadOnlySpan<T> gram_KK, Span<T> residual_K, Span<T> code_K, ReadOnlySpan<int> active, T penalty, bool nonNegative)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int atoms = code_K.Length;
        T worst = T.Zero;
        foreach (int j in active)
        {
            ReadOnlySpan<T> row_K = gram_KK.Slice(j * atoms, atoms);
            T curvature = row_K[j], before = code_K[j];
            T after = curvature > T.Zero ? Shrink(residual_K[j] + (before * curvature), penalty, nonNegative) / curvature : T.Zero;
            T change = after - before;
            if (change != T.Zero)
            {
                code_K[j] = after;
                worst = T.Max(worst, T.Abs(change) * curvature);
                VectorMath.SubtractScaled(residual_K, row_K, change);
            }
        }

        return worst;
    }

    /// <summary>The minimizer of ½(u − v)² + α|u|, over u ≥ 0 where so asked.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Shrink<T>(T value, T penalty, bool nonNegative)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        value > penalty ? value - penalty : value < -penalty && !nonNegative ? value + penalty : T.Zero;
}
