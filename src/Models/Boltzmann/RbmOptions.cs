namespace Cluster.Models.Boltzmann;

/// <summary>What a visible unit is, given the hidden ones.</summary>
public enum VisibleKind
{
    /// <summary>0 or 1; data are probabilities in [0, 1].</summary>
    Bernoulli,

    /// <summary>A real number, normal with a variance of its own that is learned; data are standardized.</summary>
    Gaussian,
}

/// <summary>What shapes a restricted Boltzmann machine; the number of visible units comes from the data.</summary>
public sealed record RbmOptions
{
    /// <summary>Binary hidden units, H, at least 1.</summary>
    public int Hidden { get; init; } = 500;

    /// <summary>What the visible units are.</summary>
    public VisibleKind Visible { get; init; } = VisibleKind.Bernoulli;

    /// <summary>Standard deviation of the first weights, at least 0 (Hinton 2010, section 8: 0.01).</summary>
    public double InitialWeightStd { get; init; } = 0.01;

    /// <summary>
    /// First visible biases, D values; null for zeros. Hinton 2010, section 8, begins with the log-odds of the data's means:
    /// <see cref="Rbm.LogOdds"/>.
    /// </summary>
    public IReadOnlyList<float>? InitialVisibleBias { get; init; }
}
