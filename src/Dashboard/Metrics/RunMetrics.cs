using System.Text.Json;
using Cluster.Contracts.Runs;

namespace Cluster.Dashboard;

/// <summary>All figures of one run in memory, read from <c>metrics.jsonl</c> as it grows. Thread-safe.</summary>
/// <param name="folder">The run.</param>
internal sealed class RunMetrics(RunFolder folder)
{
    private readonly Lock _lock = new();
    private readonly GrowingFile _file = new(folder.Metrics);
    private readonly OrderedDictionary<string, MetricSeries> _series = new(StringComparer.Ordinal);
    private readonly List<KeyValuePair<MetricSeries, double>> _row = [];
    private StepColumn? _column;

    /// <summary>Points of all series.</summary>
    public long Points { get; private set; }

    /// <summary>Rows read.</summary>
    public long Rows { get; private set; }

    /// <summary>Lines that are no row.</summary>
    public long Damaged { get; private set; }

    /// <summary>How often the file was replaced: a resumed run goes back to its checkpoint.</summary>
    public int Restarts { get; private set; }

    /// <summary>Reads what is new.</summary>
    /// <returns>Whether anything was.</returns>
    public bool Refresh()
    {
        lock (_lock)
        {
            return _file.Read(Restart, Add);
        }
    }

    /// <summary>The names of all figures, in the order in which rows have them.</summary>
    public IReadOnlyList<string> Names()
    {
        lock (_lock)
        {
            return [.. _series.Values.Where(each => each.Count > 0).Select(each => each.Name)];
        }
    }

    /// <summary>Reads one figure; the default where the run has none of that name.</summary>
    public T? Read<T>(string name, Func<MetricSeries, T> read)
    {
        lock (_lock)
        {
            return _series.TryGetValue(name, out MetricSeries? series) ? read(series) : default;
        }
    }

    private void Restart()
    {
        _series.Clear();
        Points = Rows = Damaged = 0;
        Restarts++;
    }

    private void Add(ReadOnlySpan<byte> line)
    {
        _row.Clear();
        _column = null;
        if (Parse(line) is not { } step)
        {
            Damaged++;
            return;
        }

        foreach ((MetricSeries series, double value) in _row)
        {
            series.Add(step, value, Rows);
        }

        Rows++;
        Points += _row.Count;
    }

    /// <summary>Fills <see cref="_row"/>. Rows are alike, so a key is first compared with the one that stood here before.</summary>
    private long? Parse(ReadOnlySpan<byte> line)
    {
        try
        {
            long? step = null;
            Utf8JsonReader reader = new(line);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return null;
            }

            int expected = 0;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals(MetricsRow.StepKey))
                {
                    reader.Read();
                    step = reader.TokenType == JsonTokenType.Number ? (long)reader.GetDouble() : null;
                    continue;
                }

                MetricSeries series = expected < _series.Count && reader.ValueTextEquals(_series.GetAt(expected).Key)
                    ? _series.GetAt(expected).Value
                    : Find(reader.GetString()!);
                expected++;
                reader.Read();
                if (reader.TokenType == JsonTokenType.Number)
                {
                    // A number beyond float64, as 1e999, reads as infinity, which no chart can show.
                    double value = reader.GetDouble();
                    if (double.IsFinite(value))
                    {
                        _row.Add(new(series, value));
                    }
                }
                else
                {
                    reader.Skip();
                }
            }

            return step;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private MetricSeries Find(string name)
    {
        if (!_series.TryGetValue(name, out MetricSeries? series))
        {
            // Figures that come up in the same row share their steps.
            _series.Add(name, series = new MetricSeries(name, _column ??= new StepColumn()));
        }

        return series;
    }
}
