using Cluster.Contracts.Experiments.Schema;

namespace Cluster.Contracts.Experiments;

/// <summary>Adam (Kingma and Ba 2015).</summary>
public sealed record AdamOptimizer : OptimizerSection
{
    public double Beta1 { get; init; } = 0.9;
    public double Beta2 { get; init; } = 0.999;
    public double Epsilon { get; init; } = 1e-8;
    public double WeightDecay { get; init; }

    internal static AdamOptimizer Describe(Section s, AdamOptimizer d) => new()
    {
        LearningRate = DescribeLearningRate(s, d.LearningRate),
        Beta1 = s.Number("beta1", d.Beta1, "decay of the gradient's running mean", Interval.Fraction),
        Beta2 = s.Number("beta2", d.Beta2, "decay of the squared gradient's running mean", Interval.Fraction),
        Epsilon = DescribeEpsilon(s, d.Epsilon),
        WeightDecay = DescribeWeightDecay(s, d.WeightDecay),
        ClipNorm = DescribeClipNorm(s, d.ClipNorm),
        Schedule = DescribeSchedule(s, d.Schedule),
    };
}
