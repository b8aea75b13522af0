namespace Cluster.Models.Boltzmann;

/// <summary>
/// A penalty on hidden units that are on too often: Weight·Σⱼ (Target − mean over the batch of P(hⱼ = 1 | v))²
/// (Lee, Ekanadham, Ng: "Sparse deep belief net model for visual area V2", NIPS 2008, equation 4).
/// </summary>
/// <param name="Target">Wanted mean activity, between 0 and 1.</param>
/// <param name="Weight">At least 0; 0 switches it off.</param>
public sealed record SparsityTarget(double Target, double Weight)
{
    /// <summary>Refuses what makes no sense.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The target is not between 0 and 1, or the weight is negative.</exception>
    public void Validate()
    {
        if (!(Target > 0 && Target < 1))
            throw new ArgumentOutOfRangeException(nameof(Target), Target, "the wanted mean activity must lie between 0 and 1, both excluded");
        if (!(Weight >= 0 && double.IsFinite(Weight)))
            throw new ArgumentOutOfRangeException(nameof(Weight), Weight, "the penalty must be a finite number of at least 0");
    }
}
