namespace Cluster.Numerics;

/// <summary>
/// Adam with decoupled weight decay, Loshchilov and Hutter 2019, as <c>torch.optim.AdamW</c>: first θ −= LearningRate·WeightDecay·θ,
/// then the step of <see cref="AdamOptions"/> on the plain gradient.
/// </summary>
/// <param name="LearningRate">Step size, at least 0.</param>
/// <param name="Beta1">Decay of the mean of gradients, at least 0 and below 1.</param>
/// <param name="Beta2">Decay of the mean of squares, at least 0 and below 1.</param>
/// <param name="Epsilon">Added to the root, above 0.</param>
/// <param name="WeightDecay">Decay per unit of learning rate, at least 0.</param>
public sealed record AdamWOptions(
    double LearningRate = 1e-3, double Beta1 = 0.9, double Beta2 = 0.999, double Epsilon = 1e-8, double WeightDecay = 0.01)
    : OptimizerOptions(LearningRate)
{
    /// <summary>Decay of the mean of gradients, at least 0 and below 1.</summary>
    public double Beta1 { get; init => field = BelowOne(value); } = BelowOne(Beta1);

    /// <summary>Decay of the mean of squares, at least 0 and below 1.</summary>
    public double Beta2 { get; init => field = BelowOne(value); } = BelowOne(Beta2);

    /// <summary>Added to the root, above 0.</summary>
    public double Epsilon { get; init => field = AboveZero(value); } = AboveZero(Epsilon);

    /// <summary>Decay per unit of learning rate, at least 0.</summary>
    public double WeightDecay { get; init => field = AtLeastZero(value); } = AtLeastZero(WeightDecay);
}
