namespace Cluster.Numerics;

/// <summary>
/// Stochastic gradient descent with momentum, as <c>torch.optim.SGD</c>: g += WeightDecay·θ; b = Momentum·b + (1 − Dampening)·g, on the
/// first step b = g; θ −= LearningRate·b, or with Nesterov θ −= LearningRate·(g + Momentum·b).
/// </summary>
/// <param name="LearningRate">Step size, at least 0.</param>
/// <param name="Momentum">At least 0 and below 1; 0 keeps no buffer.</param>
/// <param name="Dampening">At least 0 and below 1.</param>
/// <param name="Nesterov">Looks ahead; needs momentum and no dampening.</param>
/// <param name="WeightDecay">L2 penalty, at least 0.</param>
public sealed record SgdOptions(
    double LearningRate, double Momentum = 0, double Dampening = 0, bool Nesterov = false, double WeightDecay = 0)
    : OptimizerOptions(LearningRate)
{
    /// <summary>At least 0 and below 1; 0 keeps no buffer.</summary>
    public double Momentum { get; init => field = BelowOne(value); } = BelowOne(Momentum);

    /// <summary>At least 0 and below 1.</summary>
    public double Dampening { get; init => field = BelowOne(value); } = BelowOne(Dampening);

    /// <summary>L2 penalty, at least 0.</summary>
    public double WeightDecay { get; init => field = AtLeastZero(value); } = AtLeastZero(WeightDecay);

    internal override void Validate()
    {
        if (Nesterov && (Momentum == 0 || Dampening != 0))
            throw new ArgumentException(FormattableString.Invariant(
                $"Nesterov is true with Momentum {Momentum} and Dampening {Dampening}; it needs Momentum above 0 and Dampening 0."), nameof(Nesterov));
    }
}
