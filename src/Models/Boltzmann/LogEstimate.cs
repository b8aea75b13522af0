namespace Cluster.Models.Boltzmann;

/// <summary>An estimate of a logarithm with its error bar.</summary>
/// <param name="Value">In nats.</param>
/// <param name="StandardError">
/// Of the value, in nats, by the delta method: of w̄ with standard error s, log w̄ has s/w̄. It says nothing of chains that all
/// missed a mode.
/// </param>
public readonly record struct LogEstimate(double Value, double StandardError)
{
    /// <summary>log of the mean of weights that are given by their logarithms.</summary>
    /// <exception cref="ArgumentException">Fewer than two weights: they have no error bar.</exception>
    public static LogEstimate OfMean(IReadOnlyList<double> logWeights)
    {
        if (logWeights.Count < 2) throw new ArgumentException($"An error bar needs at least 2 weights; there are {logWeights.Count}.", nameof(logWeights));
        double largest = logWeights.Max();
        if (!double.IsFinite(largest)) return new LogEstimate(largest, double.NaN);
        double[] weights = [.. logWeights.Select(weight => Math.Exp(weight - largest))];
        double mean = weights.Average();
        double variance = weights.Sum(weight => (weight - mean) * (weight - mean)) / (weights.Length - 1);
        return new LogEstimate(largest + Math.Log(mean), Math.Sqrt(variance / weights.Length) / mean);
    }
}
