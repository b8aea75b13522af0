namespace Cluster.Models.Evaluation;

/// <summary>How well a score tells anomalies from what is normal.</summary>
public static class RocCurve
{
    /// <summary>
    /// Area under the receiver operating characteristic: the probability that an anomaly scores above a normal example, ties counted
    /// half. By ranks (Mann and Whitney 1947).
    /// </summary>
    /// <param name="scores">One for each example; larger is more anomalous.</param>
    /// <param name="anomalous">Which examples are anomalies.</param>
    /// <exception cref="ArgumentException">The lengths differ, one of the two kinds is missing, or a score is NaN.</exception>
    public static double Area(ReadOnlySpan<double> scores, ReadOnlySpan<bool> anomalous)
    {
        if (scores.Length != anomalous.Length)
        {
            throw new ArgumentException($"{scores.Length} scores do not fit {anomalous.Length} examples.", nameof(anomalous));
        }

        int[] order = new int[scores.Length];
        double[] sorted = scores.ToArray();
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = i;
            if (double.IsNaN(sorted[i]))
            {
                throw new ArgumentException($"The score of example {i} is not a number.", nameof(scores));
            }
        }

        Array.Sort(sorted, order);
        double rankSum = 0;
        long anomalies = 0;
        for (int first = 0, end; first < sorted.Length; first = end)
        {
            for (end = first + 1; end < sorted.Length && sorted[end] == sorted[first];)
            {
                end++;
            }

            // Equal scores share the mean of their ranks.
            double rank = (first + 1 + end) / 2.0;
            for (int i = first; i < end; i++)
            {
                rankSum += anomalous[order[i]] ? rank : 0;
                anomalies += anomalous[order[i]] ? 1 : 0;
            }
        }

        long normal = sorted.Length - anomalies;
        return anomalies > 0 && normal > 0
            ? (rankSum - (anomalies * (anomalies + 1) / 2.0)) / ((double)anomalies * normal)
            : throw new ArgumentException($"{anomalies} anomalies and {normal} normal examples: both kinds are needed.", nameof(anomalous));
    }
}
