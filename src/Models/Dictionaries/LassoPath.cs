namespace Cluster.Models.Dictionaries;

/// <summary>
/// The LASSO by following its path (Efron, Hastie, Johnstone, Tibshirani 2004, section 3.1, the homotopy of Osborne et al. 2000):
/// as the penalty λ falls from max|b| to α, the code moves along straight lines, and bends where an atom's correlation with the
/// residual reaches λ (it joins) or a coefficient reaches 0 (it leaves). Exact, in float64. One object serves one thread.
/// </summary>
internal sealed class LassoPath
{
    /// <summary>An atom whose part outside the span of the active ones has less than this share of its energy cannot join.</summary>
    private const double Independent = 1e-12;

    private readonly int _atoms;
    private readonly bool _nonNegative;
    private readonly int _maximumSteps;
    private readonly ActiveFactor _factor;
    private readonly double[] _correlation_K;
    private readonly double[] _speed_K;
    private readonly bool[] _barred_K;

    public LassoPath(int atoms, bool nonNegative, int maximumSteps)
    {
        _atoms = atoms;
        _nonNegative = nonNegative;
        _maximumSteps = maximumSteps;
        _factor = new ActiveFactor(atoms);
        _correlation_K = new double[atoms];
        _speed_K = new double[atoms];
        _barred_K = new bool[atoms];
    }

    /// <summary>Minimizes ½hGhᵀ − b·h + α‖h‖₁.</summary>
    /// <param name="gram_KK">G, row by row.</param>
    /// <param name="b_K">b.</param>
    /// <param name="code_K">The solution; 0 on entry.</param>
    /// <param name="penalty">α, at least 0.</param>
    /// <returns>Whether the path reached α within the steps allowed; if not, the code is that of a larger penalty.</returns>
    public bool Solve(ReadOnlySpan<double> gram_KK, ReadOnlySpan<double> b_K, Span<double> code_K, double penalty)
    {
        _factor.Clear();
        Array.Clear(_barred_K);
        b_K.CopyTo(_correlation_K);
        (int next, double lambda) = First();
        if (!(lambda > penalty))
        {
            return true;
        }

        double[] direction = new double[_atoms];
        int left = -1, leftSign = 0;
        for (int step = 0; step < _maximumSteps; step++)
        {
            if (next >= 0 && !_factor.Add(next, Math.Sign(_correlation_K[next]), gram_KK, Independent))
            {
                _barred_K[next] = true;
            }

            Span<double> u = direction.AsSpan(0, _factor.Count);
            _factor.SolveSigns(u);
            Speeds(gram_KK, u);
            (double toJoin, next) = Join(lambda, left, leftSign);
            (double toLeave, int leaving) = Leave(code_K, u);
            double length = Math.Min(lambda - penalty, Math.Min(toJoin, toLeave));
            Advance(code_K, u, length);
            lambda -= length;
            if (length >= lambda + length - penalty)
            {
                _factor.SolveAt(b_K, penalty, code_K);
                return true;
            }

            left = -1;
            if (toLeave <= toJoin)
            {
                next = -1;
                left = _factor.Atom(leaving);
                leftSign = _factor.Sign(leaving);
                code_K[left] = 0;
                _factor.Remove(leaving, gram_KK);

                // With an atom gone, those that depended on it may be free to join.
                Array.Clear(_barred_K);
            }
        }

        return false;
    }

    private (int Atom, double Lambda) First()
    {
        int best = -1;
        double lambda = 0;
        for (int j = 0; j < _atoms; j++)
        {
            double c = _nonNegative ? _correlation_K[j] : Math.Abs(_correlation_K[j]);
            if (c > lambda)
            {
                (best, lambda) = (j, c);
            }
        }

        return (best, lambda);
    }

    /// <summary>How fast every atom's correlation falls when λ falls by 1 a unit.</summary>
    private void Speeds(ReadOnlySpan<double> gram_KK, ReadOnlySpan<double> u)
    {
        Array.Clear(_speed_K);
        for (int i = 0; i < u.Length; i++)
        {
            ReadOnlySpan<double> row_K = gram_KK.Slice(_factor.Atom(i) * _atoms, _atoms);
            for (int j = 0; j < _atoms; j++)
            {
                _speed_K[j] += u[i] * row_K[j];
            }
        }
    }

    /// <summary>The nearest point at which an atom's correlation reaches λ or −λ. The atom that has just left stands at its own bound, and does not count there.</summary>
    private (double Length, int Atom) Join(double lambda, int left, int leftSign)
    {
        (double Length, int Atom) best = (double.PositiveInfinity, -1);
        for (int j = 0; j < _atoms; j++)
        {
            if (_barred_K[j] || _factor.Contains(j))
            {
                continue;
            }

            double c = _correlation_K[j], a = _speed_K[j];
            if (!(j == left && leftSign > 0))
            {
                Nearer(ref best, lambda - c, 1 - a, j);
            }

            if (!_nonNegative && !(j == left && leftSign < 0))
            {
                Nearer(ref best, lambda + c, 1 + a, j);
            }
        }

        return best;
    }

    private static void Nearer(ref (double Length, int Atom) best, double gap, double closing, int atom)
    {
        // A gap that rounding made negative is none.
        double length = closing > 1e-14 ? Math.Max(gap, 0) / closing : double.PositiveInfinity;
        if (length < best.Length)
        {
            best = (length, atom);
        }
    }

    private (double Length, int Position) Leave(ReadOnlySpan<double> code_K, ReadOnlySpan<double> u)
    {
        (double Length, int Position) best = (double.PositiveInfinity, -1);
        for (int i = 0; i < u.Length; i++)
        {
            double length = -code_K[_factor.Atom(i)] / u[i];
            if (length > 0 && length < best.Length)
            {
                best = (length, i);
            }
        }

        return best;
    }

    private void Advance(Span<double> code_K, ReadOnlySpan<double> u, double length)
    {
        for (int i = 0; i < u.Length; i++)
        {
            code_K[_factor.Atom(i)] += length * u[i];
        }

        for (int j = 0; j < _atoms; j++)
        {
            _correlation_K[j] -= length * _speed_K[j];
        }
    }
}
