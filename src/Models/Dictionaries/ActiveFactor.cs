namespace Cluster.Models.Dictionaries;

/// <summary>The active atoms of a LASSO path with their signs, and the Cholesky factor of their Gram matrix, grown row by row.</summary>
internal sealed class ActiveFactor(int atoms)
{
    private readonly List<double[]> _rows = [];
    private readonly List<int> _active = [];
    private readonly List<int> _signs = [];
    private readonly bool[] _contains_K = new bool[atoms];

    public int Count => _active.Count;

    public int Atom(int position) => _active[position];

    public int Sign(int position) => _signs[position];

    public bool Contains(int atom) => _contains_K[atom];

    public void Clear()
    {
        foreach (int atom in _active)
        {
            _contains_K[atom] = false;
        }

        _rows.Clear();
        _active.Clear();
        _signs.Clear();
    }

    /// <summary>Adds an atom unless it lies in the span of those present.</summary>
    /// <param name="atom">Its index.</param>
    /// <param name="sign">The sign of its coefficient.</param>
    /// <param name="gram_KK">Products of all atoms.</param>
    /// <param name="independent">The share of its energy that must lie outside that span.</param>
    public bool Add(int atom, int sign, ReadOnlySpan<double> gram_KK, double independent)
    {
        double[] row = new double[Count + 1];
        double energy = gram_KK[(atom * atoms) + atom], left = energy;
        for (int i = 0; i < Count; i++)
        {
            double value = gram_KK[(atom * atoms) + _active[i]];
            for (int k = 0; k < i; k++)
            {
                value -= row[k] * _rows[i][k];
            }

            row[i] = value / _rows[i][i];
            left -= row[i] * row[i];
        }

        if (!(left > independent * energy))
        {
            return false;
        }

        row[Count] = Math.Sqrt(left);
        _rows.Add(row);
        _active.Add(atom);
        _signs.Add(sign);
        _contains_K[atom] = true;
        return true;
    }

    /// <summary>Takes an atom out; the rows behind it are made anew.</summary>
    public void Remove(int position, ReadOnlySpan<double> gram_KK)
    {
        (int Atom, int Sign)[] behind = [.. Enumerable.Range(position + 1, Count - position - 1).Select(i => (_active[i], _signs[i]))];
        for (int i = position; i < Count; i++)
        {
            _contains_K[_active[i]] = false;
        }

        _rows.RemoveRange(position, Count - position);
        _signs.RemoveRange(position, _signs.Count - position);
        _active.RemoveRange(position, _active.Count - position);
        foreach ((int atom, int sign) in behind)
        {
            Add(atom, sign, gram_KK, 0);
        }
    }

    /// <summary>Solves G u = signs over the active atoms.</summary>
    public void SolveSigns(Span<double> u)
    {
        for (int i = 0; i < u.Length; i++)
        {
            u[i] = _signs[i];
        }

        Solve(u);
    }

    /// <summary>Sets the code to the minimum for given signs: G h = b − α·signs over the active atoms.</summary>
    public void SolveAt(ReadOnlySpan<double> b_K, double penalty, Span<double> code_K)
    {
        double[] h = new double[Count];
        for (int i = 0; i < h.Length; i++)
        {
            h[i] = b_K[_active[i]] - (penalty * _signs[i]);
        }

        Solve(h);
        for (int i = 0; i < h.Length; i++)
        {
            code_K[_active[i]] = h[i];
        }
    }

    private void Solve(Span<double> v)
    {
        for (int i = 0; i < v.Length; i++)
        {
            double value = v[i];
            for (int k = 0; k < i; k++)
            {
                value -= _rows[i][k] * v[k];
            }

            v[i] = value / _rows[i][i];
        }

        for (int i = v.Length - 1; i >= 0; i--)
        {
            double value = v[i];
            for (int k = i + 1; k < v.Length; k++)
            {
                value -= _rows[k][i] * v[k];
            }

            v[i] = value / _rows[i][i];
        }
    }
}
