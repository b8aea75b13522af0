namespace Cluster.Numerics.Tests;

internal static class KolmogorovSmirnov
{
    /// <summary>Largest distance between the empirical distribution of the sample and the given one.</summary>
    internal static double Distance(float[] sample, Func<double, double> cdf)
    {
        var sorted = sample.Order().ToArray();
        return sorted.Select((x, i) => Math.Max(cdf(x) - (double)i / sorted.Length, (double)(i + 1) / sorted.Length - cdf(x))).Max();
    }

    /// <summary>Φ(x), by its series around 0 (Abramowitz and Stegun 26.2.11): exact enough for |x| below 7.</summary>
    internal static double NormalCdf(double x)
    {
        double term = x, sum = x;
        for (var k = 3; Math.Abs(term) > 1e-17 * Math.Abs(sum) && k < 400; k += 2) sum += term *= x * x / k;
        return 0.5 + sum * Math.Exp(-0.5 * x * x) / Math.Sqrt(Math.Tau);
    }
}
