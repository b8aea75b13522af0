using Cluster.Contracts.Experiments.Schema;

namespace Cluster.Contracts.Experiments;

/// <summary>RMSProp (Tieleman and Hinton 2012), centered on request (Graves 2013).</summary>
public sealed record RmsPropOptimizer : OptimizerSection
{
    public double Alpha { get; init; } = 0.99;
    public double Epsilon { get; init; } = 1e-8;
    public double Momentum { get; init; }
    public bool Centered { get; init; }
    public double WeightDecay { get; init; }

    internal static RmsPropOptimizer Describe(Section s, RmsPropOptimizer d) => new()
    {
        LearningRate = DescribeLearningRate(s, d.LearningRate),
        Alpha = s.Number("alpha", d.Alpha, "decay of the squared gradient's running mean", Interval.Fraction),
        Epsilon = DescribeEpsilon(s, d.Epsilon),
        Momentum = s.Number("momentum", d.Momentum, "share of the last update that is kept", Interval.Fraction),
        Centered = s.Flag("centered", d.Centered, "divide by the gradient's running standard deviation instead of its root mean square"),
        WeightDecay = DescribeWeightDecay(s, d.WeightDecay),
        ClipNorm = DescribeClipNorm(s, d.ClipNorm),
        Schedule = DescribeSchedule(s, d.Schedule),
    };
}
