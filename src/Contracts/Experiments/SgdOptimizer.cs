using Cluster.Contracts.Experiments.Schema;

namespace Cluster.Contracts.Experiments;

/// <summary>Stochastic gradient descent with momentum (Sutskever et al. 2013).</summary>
public sealed record SgdOptimizer : OptimizerSection
{
    public SgdOptimizer() => LearningRate = 0.01;

    public double Momentum { get; init; }
    public double Dampening { get; init; }
    public bool Nesterov { get; init; }
    public double WeightDecay { get; init; }

    internal static SgdOptimizer Describe(Section s, SgdOptimizer d)
    {
        var read = new SgdOptimizer
        {
            LearningRate = DescribeLearningRate(s, d.LearningRate),
            Momentum = s.Number("momentum", d.Momentum, "share of the last update that is kept", Interval.Fraction),
            Dampening = s.Number("dampening", d.Dampening, "share of the gradient that momentum leaves out", Interval.Closed(0, 1)),
            Nesterov = s.Flag("nesterov", d.Nesterov, "take the gradient's step ahead of the momentum's; needs momentum above 0 and dampening 0"),
            WeightDecay = DescribeWeightDecay(s, d.WeightDecay),
            ClipNorm = DescribeClipNorm(s, d.ClipNorm),
            Schedule = DescribeSchedule(s, d.Schedule),
        };
        s.Require("nesterov", !read.Nesterov || read is { Momentum: > 0, Dampening: 0 }, "needs momentum above 0 and dampening 0");
        return read;
    }
}
