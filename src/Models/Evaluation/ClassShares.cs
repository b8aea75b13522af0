using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Evaluation;

/// <summary>What a classifier says of samples as a whole.</summary>
public static class ClassShares
{
    /// <summary>The share of each class.</summary>
    /// <param name="labels">From 0 to <paramref name="classes"/> − 1; at least one.</param>
    /// <param name="classes">How many there are.</param>
    public static double[] Of(ReadOnlySpan<int> labels, int classes)
    {
        double[] shares = new double[classes];
        foreach (int label in labels)
        {
            shares[label] += 1.0 / labels.Length;
        }

        return shares;
    }

    /// <summary>KL(p‖q) = Σ pᵢ log(pᵢ/qᵢ), in nats; infinite where p has a class that q lacks.</summary>
    public static double Divergence(ReadOnlySpan<double> p, ReadOnlySpan<double> q)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(p.Length, q.Length);
        double sum = 0;
        for (int i = 0; i < p.Length; i++)
        {
            sum += p[i] == 0 ? 0 : p[i] * Math.Log(p[i] / q[i]);
        }

        return sum;
    }

    /// <summary>
    /// exp of the mean KL(p(y|x)‖p(y)) (Salimans et al. 2016, arXiv:1606.03498, section 4): 1 where all samples look alike to the
    /// classifier, the number of classes where it is sure of each and all classes come equally often.
    /// </summary>
    /// <param name="probability_NC">p(y|x) of each sample.</param>
    /// <param name="splits">Parts whose scores tell the standard error of their mean; the score is that of all.</param>
    public static (double Value, double StandardError) Score(Tensor probability_NC, int splits = 10)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable guard = no_grad();
        Tensor wide_NC = probability_NC.to(ScalarType.Float64);
        long size = wide_NC.shape[0] / splits;
        if (size < 2)
        {
            return (Score(wide_NC), double.NaN);
        }

        double[] parts = [.. Enumerable.Range(0, splits).Select(split => Score(wide_NC.narrow(0, split * size, size)))];
        double mean = parts.Average();
        return (Score(wide_NC), Math.Sqrt(parts.Sum(part => (part - mean) * (part - mean)) / (splits - 1) / splits));
    }

    private static double Score(Tensor probability_NC)
    {
        // 0 log 0 is 0.
        Tensor all_C = probability_NC.mean([0]), tiny = probability_NC.ClampMin(1e-300);
        return Math.Exp((probability_NC * (tiny.log() - all_C.ClampMin(1e-300).log())).sum(1L).mean().AsDouble());
    }
}
