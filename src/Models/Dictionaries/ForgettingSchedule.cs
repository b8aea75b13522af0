namespace Cluster.Models.Dictionaries;

/// <summary>How the weight of past minibatches in A and B is chosen.</summary>
public enum Forgetting
{
    /// <summary>Nothing is forgotten: β = 1.</summary>
    None,

    /// <summary>
    /// β = (θ + 1 − η)/(θ + 1) with θ = tη while t &lt; η, then η² + t − η, for minibatches of η signals
    /// (Mairal et al. 2009, section 3.4, "mini-batch extension").
    /// </summary>
    Minibatch,

    /// <summary>β = (1 − 1/t)^ρ (Mairal, Bach, Ponce, Sapiro 2010, section 3.4.2, "scaling the past data").</summary>
    Power,
}

/// <summary>β of each update: what A and B are multiplied by before an update's own statistics are added.</summary>
/// <param name="Kind">Which rule.</param>
/// <param name="Exponent">ρ of <see cref="Forgetting.Power"/>, at least 0; the others ignore it.</param>
public sealed record ForgettingSchedule(Forgetting Kind = Forgetting.Minibatch, double Exponent = 2)
{
    /// <summary>β, in [0, 1].</summary>
    /// <param name="update">The update, from 0; the papers' t is one more.</param>
    /// <param name="signals">η, signals in the update over all coders, at least 1.</param>
    public double Factor(long update, long signals)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(update);
        ArgumentOutOfRangeException.ThrowIfLessThan(signals, 1);
        double t = update + 1, eta = signals;
        switch (Kind)
        {
            case Forgetting.None:
                return 1;
            case Forgetting.Minibatch:
                double theta = t < eta ? t * eta : (eta * eta) + t - eta;
                return (theta + 1 - eta) / (theta + 1);
            case Forgetting.Power:
                return Math.Pow(1 - (1 / t), Exponent);
            default:
                throw new InvalidOperationException($"forgetting {Kind} has no rule");
        }
    }
}
