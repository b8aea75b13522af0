namespace Cluster.Dashboard;

/// <summary>Makes long curves short without losing their peaks.</summary>
internal static class Downsampling
{
    /// <summary>
    /// Cuts the range of steps into <paramref name="buckets"/> equal parts and keeps the lowest and the highest point of
    /// each, and the first and the last point of all: what a plot of that many pixels would show anyway.
    /// </summary>
    /// <param name="steps">Ascending.</param>
    /// <param name="values">One for each step.</param>
    /// <param name="buckets">How many parts; at least 1.</param>
    /// <returns>At most 2 × <paramref name="buckets"/> + 2 points; all where there are no more than that.</returns>
    public static Curve MinMax(ReadOnlySpan<long> steps, ReadOnlySpan<double> values, int buckets)
    {
        int most = (2 * buckets) + 2;
        if (steps.Length <= most)
        {
            return new Curve(steps.ToArray(), values.ToArray());
        }

        List<long> keptSteps = new(most);
        List<double> keptValues = new(most);
        int last = steps.Length - 1;
        double width = (double)(steps[last] - steps[0] + 1) / buckets;
        Keep(0, steps, values, keptSteps, keptValues);
        for (int from = 1; from < last;)
        {
            long bucket = (long)((steps[from] - steps[0]) / width);
            int low = from, high = from;
            for (from++; from < last && (long)((steps[from] - steps[0]) / width) == bucket; from++)
            {
                low = values[from] < values[low] ? from : low;
                high = values[from] > values[high] ? from : high;
            }

            Keep(Math.Min(low, high), steps, values, keptSteps, keptValues);
            if (low != high)
            {
                Keep(Math.Max(low, high), steps, values, keptSteps, keptValues);
            }
        }

        Keep(last, steps, values, keptSteps, keptValues);
        return new Curve(keptSteps, keptValues);
    }

    private static void Keep(int index, ReadOnlySpan<long> steps, ReadOnlySpan<double> values, List<long> keptSteps, List<double> keptValues)
    {
        keptSteps.Add(steps[index]);
        keptValues.Add(values[index]);
    }
}
