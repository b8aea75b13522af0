namespace Cluster.Dashboard;

/// <summary>One figure of a run along its steps.</summary>
/// <param name="name">The key that <c>metrics.jsonl</c> has for it.</param>
/// <param name="column">The steps, which other figures of the same rows may share.</param>
internal sealed class MetricSeries(string name, StepColumn column)
{
    private StepColumn _column = column;
    private double[] _values = new double[16];
    private bool _sorted = true;

    public string Name { get; } = name;

    /// <summary>How many points there are.</summary>
    public int Count { get; private set; }

    /// <summary>Steps, ascending; an evaluation that was repeated has its step twice.</summary>
    public ReadOnlySpan<long> Steps
    {
        get
        {
            Sort();
            return _column.First(Count);
        }
    }

    /// <summary>The value at each of <see cref="Steps"/>.</summary>
    public ReadOnlySpan<double> Values
    {
        get
        {
            Sort();
            return _values.AsSpan(0, Count);
        }
    }

    /// <summary>Adds a point.</summary>
    /// <param name="step">The row's step.</param>
    /// <param name="value">The value.</param>
    /// <param name="row">The row's number, by which figures that share their steps know whether it is in there.</param>
    public void Add(long step, double value, long row)
    {
        if (_column.Count != Count && !(_column.Count == Count + 1 && _column.LastRow == row))
        {
            // The others had rows that this one lacks: from here on it has steps of its own.
            _column = _column.Copy(Count);
        }

        _sorted &= Count == 0 || step >= _column.First(Count)[^1];
        if (_column.Count == Count)
        {
            _column.Add(step, row);
        }

        if (Count == _values.Length)
        {
            Array.Resize(ref _values, StepColumn.Growth.Next(Count));
        }

        _values[Count++] = value;
    }

    /// <summary>Rows come in the order of steps, except those of an evaluation of an older checkpoint.</summary>
    private void Sort()
    {
        if (_sorted)
        {
            return;
        }

        long[] steps = _column.First(Count).ToArray();
        double[] values = _values;
        StepColumn column = new();
        double[] ordered = new double[values.Length];
        int at = 0;
        foreach (int index in Enumerable.Range(0, Count).OrderBy(index => steps[index]))
        {
            column.Add(steps[index], row: -1);
            ordered[at++] = values[index];
        }

        (_column, _values, _sorted) = (column, ordered, true);
    }
}
