using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Cluster.Models.Dictionaries;

/// <summary>
/// Coordinate descent for one signal, in memory. Each coordinate in turn takes the value that minimizes the objective with
/// all others held (Friedman, Hastie, Höfling, Tibshirani 2007). What is kept is the correlation of every atom with the residual,
/// q = b − hG, so that a change costs one row of G and a look at an atom next to nothing.
/// <para>Only the active coordinates are visited: those that are not 0, and those that violate their optimality condition nearly as
/// much as the worst does (the greedy rule of Li, Osher 2009, for several at once). Most of those that would leave 0 at first no longer
/// want to once the best have; taking them in sparingly saves two visits in three.</para>
/// <para>A product and a sum, never a fused one, and every lane alone: the same bits on every processor.</para>
/// </summary>
internal static class CoordinateDescent
{
    /// <summary>Share of the worst violation from which a coordinate becomes active.</summary>
    private const double Joins = 0.7;

    /// <summary>Share of the worst violation down to which the active coordinates are brought before others are looked at again.</summary>
    private const double Settles = 0.1;

    /// <summary>Minimizes ½hGhᵀ − b·h + α‖h‖₁.</summary>
    /// <param name="gram_KK">G, row by row.</param>
    /// <param name="residual_K">On entry q = b − hG for the h given, so b itself for h = 0; on return that of the solution.</param>
    /// <param name="code_K">On entry where to start; on return the solution.</param>
    /// <param name="violation_K">Room for as many values.</param>
    /// <param name="active_K">Room for as many indices.</param>
    /// <param name="penalty">α, at least 0.</param>
    /// <param name="nonNegative">Whether h must be at least 0.</param>
    /// <param name="tolerance">The largest violation of the optimality conditions that may remain, in the units of q.</param>
    /// <param name="maximumSweeps">Rounds over the active coordinates at most.</param>
    /// <returns>Sweeps made; <paramref name="maximumSweeps"/> where the tolerance was not reached.</returns>
    public static int Solve<T>(
        ReadOnlySpan<T> gram_KK,
        Span<T> residual_K,
        Span<T> code_K,
        Span<T> violation_K,
        Span<int> active_K,
        T penalty,
        bool nonNegative,
        T tolerance,
        int maximumSweeps)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int atoms = code_K.Length;
        if (residual_K.Length != atoms || violation_K.Length != atoms || active_K.Length != atoms || gram_KK.Length != (long)atoms * atoms)
        {
            throw new ArgumentException($"{atoms} atoms do not fit {residual_K.Length} correlations and {gram_KK.Length} products.");
        }

        int sweeps = 0;
        while (sweeps < maximumSweeps)
        {
            T worst = Violations(residual_K, code_K, violation_K, penalty, nonNegative);
            if (!(worst > tolerance))
            {
                return sweeps;
            }

            int active = Activate(violation_K, code_K, active_K, T.Max(worst * T.CreateChecked(Joins), tolerance));
            T settled = T.Max(worst * T.CreateChecked(Settles), tolerance);
            do
            {
                sweeps++;
            }
            while (Sweep(gram_KK, residual_K, code_K, active_K[..active], penalty, nonNegative) > settled && sweeps < maximumSweeps);
        }

        return sweeps;
    }

    /// <summary>How far each coordinate misses its optimality condition.</summary>
    /// <returns>The largest of them.</returns>
    private static T Violations<T>(ReadOnlySpan<T> residual_K, ReadOnlySpan<T> code_K, Span<T> violation_K, T penalty, bool nonNegative)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ref T q = ref MemoryMarshal.GetReference(residual_K);
        ref T h = ref MemoryMarshal.GetReference(code_K);
        ref T v = ref MemoryMarshal.GetReference(violation_K);
        Vector<T> alpha = new(penalty), worst = Vector<T>.Zero;
        int i = 0;
        for (; i <= code_K.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            Vector<T> correlation = Vector.LoadUnsafe(ref q, (nuint)i), code = Vector.LoadUnsafe(ref h, (nuint)i);
            Vector<T> idle = (nonNegative ? correlation : Vector.Abs(correlation)) - alpha;
            Vector<T> busy = Vector.Abs(correlation - Vector.ConditionalSelect(Vector.GreaterThan(code, Vector<T>.Zero), alpha, -alpha));
            Vector<T> violation = Vector.ConditionalSelect(Vector.Equals(code, Vector<T>.Zero), idle, busy);
            violation.StoreUnsafe(ref v, (nuint)i);
            worst = Vector.Max(worst, violation);
        }

        T largest = T.Zero;
        for (int lane = 0; lane < Vector<T>.Count; lane++)
        {
            largest = T.Max(largest, worst[lane]);
        }

        for (; i < code_K.Length; i++)
        {
            T correlation = residual_K[i], code = code_K[i];
            violation_K[i] = code == T.Zero
                ? (nonNegative ? correlation : T.Abs(correlation)) - penalty
                : T.Abs(correlation - (code > T.Zero ? penalty : -penalty));
            largest = T.Max(largest, violation_K[i]);
        }

        return largest;
    }

    /// <summary>Lists the coordinates that are not 0, and those whose violation reaches a limit.</summary>
    private static int Activate<T>(ReadOnlySpan<T> violation_K, ReadOnlySpan<T> code_K, Span<int> active_K, T limit)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ref T v = ref MemoryMarshal.GetReference(violation_K);
        ref T h = ref MemoryMarshal.GetReference(code_K);
        Vector<T> limits = new(limit);
        int count = 0;
        for (int i = 0; i < code_K.Length; i += Vector<T>.Count)
        {
            int end = Math.Min(i + Vector<T>.Count, code_K.Length);
            if (end - i == Vector<T>.Count
                && Vector.LessThanAll(Vector.LoadUnsafe(ref v, (nuint)i), limits)
                && Vector.EqualsAll(Vector.LoadUnsafe(ref h, (nuint)i), Vector<T>.Zero))
            {
                continue;
            }

            for (int j = i; j < end; j++)
            {
                if (violation_K[j] >= limit || code_K[j] != T.Zero)
                {
                    active_K[count++] = j;
                }
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
