namespace Cluster.Models.Dictionaries;

/// <summary>How the codes of signals are found.</summary>
public enum InferenceMethod
{
    /// <summary>Iterative shrinkage and thresholding (Daubechies, Defrise, De Mol 2004).</summary>
    Ista,

    /// <summary>ISTA with Nesterov's momentum (Beck, Teboulle 2009), restarted where it overshoots (O'Donoghue, Candès 2015).</summary>
    Fista,

    /// <summary>Cyclic coordinate descent over an active set (Friedman et al. 2007; the Gram form of Wu, Lange 2008).</summary>
    CoordinateDescent,

    /// <summary>The homotopy of least angle regression (Efron et al. 2004), followed from the largest penalty to the one asked for.</summary>
    Lars,
}

/// <summary>
/// The problem that gives a signal x its code h, and when it counts as solved:
/// minimize ½‖x − hD‖² + α‖h‖₁, over h ≥ 0 where <see cref="NonNegative"/> says so.
/// </summary>
public sealed record SparseCodingOptions
{
    /// <summary>α, at least 0 and finite. Default: 0.15, for signals of norm 1.</summary>
    public double Penalty { get; init; } = 0.15;

    /// <summary>The algorithm. All find the same minimum.</summary>
    public InferenceMethod Method { get; init; } = InferenceMethod.CoordinateDescent;

    /// <summary>Whether codes must not be negative.</summary>
    public bool NonNegative { get; init; }

    /// <summary>
    /// How far the code may be from optimal: the largest violation of the optimality conditions, in units of α. Above 0.
    /// LARS is exact and ignores it. Default: 1e-4.
    /// </summary>
    public double Tolerance { get; init; } = 1e-4;

    /// <summary>Sweeps of coordinate descent, iterations of ISTA and FISTA, steps of LARS at most; at least 1. Default: 1000.</summary>
    public int MaximumIterations { get; init; } = 1000;

    /// <summary>Checks all values.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is out of its range.</exception>
    public void Validate()
    {
        if (!(double.IsFinite(Penalty) && Penalty >= 0))
        {
            throw new ArgumentOutOfRangeException(nameof(Penalty), Penalty, "the penalty must be a finite number, at least 0");
        }

        if (!(double.IsFinite(Tolerance) && Tolerance > 0))
        {
            throw new ArgumentOutOfRangeException(nameof(Tolerance), Tolerance, "the tolerance must be a finite number above 0");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(MaximumIterations, 1);
    }
}
