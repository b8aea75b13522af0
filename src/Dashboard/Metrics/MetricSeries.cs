namespace Cluster.Dashboard;

/// <summary>One figure of a run along its steps.</summary>
/// <param name="name">The key that <c>metrics.jsonl</c> has for it.</param>
internal sealed class MetricSeries(string name)
{
    private long[] _steps = new long[64];
    private double[] _values = new double[64];
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
            return _steps.AsSpan(0, Count);
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
    public void Add(long step, double value)
    {
        if (Count == _steps.Length)
        {
            Array.Resize(ref _steps, Count * 2);
            Array.Resize(ref _values, Count * 2);
        }

        _sorted &= Count == 0 || step >= _steps[Count - 1];
        _steps[Count] = step;
        _values[Count] = value;
        Count++;
    }

    /// <summary>Rows come in the order of steps, except those of an evaluation of an older checkpoint.</summary>
    private void Sort()
    {
        if (_sorted)
        {
            return;
        }

        int[] order = [.. Enumerable.Range(0, Count).OrderBy(index => _steps[index])];
        (_steps, _values) = ([.. order.Select(index => _steps[index])], [.. order.Select(index => _values[index])]);
        _sorted = true;
    }
}
