using Cluster.Contracts.Experiments.Schema;

namespace Cluster.Contracts.Experiments;

/// <summary>Adam with decoupled weight decay (Loshchilov and Hutter 2019).</summary>
public sealed record AdamWOptimizer : OptimizerSection
{
    public double Beta1 { get; init; } = 0.9;
    public double Beta2 { get; init; } = 0.999;
    public double Epsilon { get; init; } = 1e-8;
    public double WeightDecay { get; init; } = 0.01;

    internal static AdamWOptimizer Describe(Section s, AdamWOptimizer d) => new()
    {
        LearningRate = DescribeLearningRate(s, d.LearningRate),
        Beta1 = s.Number("beta1", d.Beta1, "decay of the gradient's running mean", Interval.Fraction),
        Beta2 = s.Number("beta2", d.Beta2, "decay of the squared gradient's running mean", Interval.Fraction),
        Epsilon = DescribeEpsilon(s, d.Epsilon),
        WeightDecay = DescribeWeightDecay(s, d.WeightDecay, "share of the parameters, times learningRate, that each step takes away"),
        ClipNorm = DescribeClipNorm(s, d.ClipNorm),
        Schedule = DescribeSchedule(s, d.Schedule),
    };
}
