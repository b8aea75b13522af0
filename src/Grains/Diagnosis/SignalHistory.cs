namespace Cluster.Grains;

/// <summary>The newest rows of a run, and where each signal began.</summary>
internal sealed class SignalHistory
{
    /// <summary>Rows kept: more than any rule looks back.</summary>
    private const int Kept = 100;

    /// <summary>Values of a signal's beginning.</summary>
    private const int First = 3;

    private readonly List<SignalRow> _rows = [];
    private readonly Dictionary<string, List<double>> _beginnings = new(StringComparer.Ordinal);

    /// <summary>The newest row.</summary>
    public SignalRow Newest => _rows[^1];

    /// <summary>Rows seen, with those that were seen again after a recovery counted once.</summary>
    public long Count { get; private set; }

    /// <summary>Adds a row.</summary>
    public void Add(SignalRow row)
    {
        _rows.Add(row);
        Count++;
        if (_rows.Count > Kept)
        {
            _rows.RemoveAt(0);
        }

        foreach ((string name, double value) in row.Figures)
        {
            if (!_beginnings.TryGetValue(name, out List<double>? values))
            {
                _beginnings.Add(name, values = []);
            }

            if (values.Count < First)
            {
                values.Add(value);
            }
        }
    }

    /// <summary>Forgets the rows after a step, which will come again.</summary>
    public void Rewind(long step)
    {
        Count -= _rows.RemoveAll(row => row.Step > step);
        if (_rows.Count == 0)
        {
            _beginnings.Clear();
        }
    }

    /// <summary>The newest values of a signal, oldest first, of those rows that have it; fewer where there are no more.</summary>
    public IReadOnlyList<double> Last(string signal, int count)
    {
        List<double> values = [];
        for (int i = _rows.Count - 1; i >= 0 && values.Count < count; i--)
        {
            if (_rows[i].Figures.TryGetValue(signal, out double value))
            {
                values.Insert(0, value);
            }
        }

        return values;
    }

    /// <summary>The middle of a signal's first values; null before there are that many.</summary>
    public double? Beginning(string signal) => _beginnings.GetValueOrDefault(signal) is { Count: First } values ? Median(values) : null;

    /// <summary>The middle of some values.</summary>
    public static double Median(IReadOnlyList<double> values) => values.Order().ElementAt(values.Count / 2);
}
