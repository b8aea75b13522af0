namespace Cluster.Dashboard;

/// <summary>Which part of a figure is asked for, and how finely.</summary>
/// <param name="From">First step; null for the beginning.</param>
/// <param name="To">Last step; null for the end.</param>
/// <param name="Buckets">How many parts of which the lowest and highest point are kept.</param>
/// <param name="Weight">Weight of the moving average; 0 for none.</param>
internal sealed record CurveRequest(long? From, long? To, int Buckets, double Weight)
{
    public const int DefaultBuckets = 500;
    public const int MostBuckets = 4000;

    /// <summary>The figure's points in the range, and one beyond each end so that lines reach the edge.</summary>
    public CurveAnswer Answer(string run, MetricSeries series)
    {
        ReadOnlySpan<long> steps = series.Steps;
        ReadOnlySpan<double> values = series.Values;
        int begin = From is { } from ? Math.Max(0, LowerBound(steps, from) - 1) : 0;
        int end = To is { } to ? Math.Min(steps.Length, LowerBound(steps, to + 1) + 1) : steps.Length;
        Curve curve = Downsampling.MinMax(steps[begin..end], values[begin..end], Buckets);
        Curve? smooth = Weight > 0
            ? Downsampling.MinMax(steps[begin..end], Smoothing.Average(values[..end], Weight).AsSpan(begin), Buckets)
            : null;
        return new CurveAnswer(run, series.Name, steps.Length, curve, smooth);
    }

    private static int LowerBound(ReadOnlySpan<long> steps, long step)
    {
        int low = 0, high = steps.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = steps[middle] < step ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
