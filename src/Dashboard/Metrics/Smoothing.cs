namespace Cluster.Dashboard;

/// <summary>Makes the course of a noisy figure visible.</summary>
internal static class Smoothing
{
    /// <summary>
    /// The exponential moving average that TensorBoard draws: m ← w·m + (1−w)·x, divided by 1−wⁿ so that the start is
    /// not drawn towards 0 (Kingma and Ba 2015, section 3).
    /// </summary>
    /// <param name="values">The figure, row after row.</param>
    /// <param name="weight">w: 0 leaves the values as they are; below 1.</param>
    public static double[] Average(ReadOnlySpan<double> values, double weight)
    {
        double[] smooth = new double[values.Length];
        double mean = 0, left = 1;
        for (int row = 0; row < values.Length; row++)
        {
            mean = (weight * mean) + ((1 - weight) * values[row]);
            left *= weight;
            smooth[row] = mean / (1 - left);
        }

        return smooth;
    }
}
