namespace Cluster.Numerics;

/// <summary>
/// RMSProp, Hinton's lecture 6e of 2012, as <c>torch.optim.RMSprop</c>: v = αv + (1 − α)g²; centred (Graves 2013) a = αa + (1 − α)g and
/// the root is √(v − a²), else √v; θ −= LearningRate·g/(root + ε), or with momentum b = Momentum·b + g/(root + ε) and
/// θ −= LearningRate·b.
/// </summary>
/// <param name="LearningRate">Step size, at least 0.</param>
/// <param name="Alpha">Decay of the mean of squares, at least 0 and below 1.</param>
/// <param name="Epsilon">Added to the root, above 0.</param>
/// <param name="Momentum">At least 0 and below 1; 0 keeps no buffer.</param>
/// <param name="Centered">Divides by the standard deviation in place of the root mean square.</param>
/// <param name="WeightDecay">L2 penalty, at least 0.</param>
public sealed record RmsPropOptions(
    double LearningRate = 1e-2, double Alpha = 0.99, double Epsilon = 1e-8, double Momentum = 0, bool Centered = false, double WeightDecay = 0)
    : OptimizerOptions(LearningRate)
{
    /// <summary>Decay of the mean of squares, at least 0 and below 1.</summary>
    public double Alpha { get; init => field = BelowOne(value); } = BelowOne(Alpha);

    /// <summary>Added to the root, above 0.</summary>
    public double Epsilon { get; init => field = AboveZero(value); } = AboveZero(Epsilon);

    /// <summary>At least 0 and below 1; 0 keeps no buffer.</summary>
    public double Momentum { get; init => field = BelowOne(value); } = BelowOne(Momentum);

    /// <summary>L2 penalty, at least 0.</summary>
    public double WeightDecay { get; init => field = AtLeastZero(value); } = AtLeastZero(WeightDecay);
}
