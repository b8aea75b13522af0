namespace Cluster.Models.Adversarial;

/// <summary>
/// What generator and discriminator minimize, as functions of the discriminator's output v: a logit, the score of a critic, or the
/// output before the activation of an f-GAN, an energy. <see cref="AdversarialLosses"/> has the formulas.
/// </summary>
public enum AdversarialObjective
{
    /// <summary>
    /// The zero-sum game of Goodfellow et al. 2014, equation 1: the generator minimizes E[log(1 − D(G(z)))].
    /// </summary>
    Minimax,

    /// <summary>The generator maximizes E[log D(G(z))] instead (same paper, section 3): strong gradients early on.</summary>
    NonSaturating,

    /// <summary>Least squares with the targets 0 and 1 (Mao et al. 2017, equation 9).</summary>
    LeastSquares,

    /// <summary>The hinge loss (Lim and Ye 2017; Miyato et al. 2018, equations 16 and 17).</summary>
    Hinge,

    /// <summary>The dual of the 1-Wasserstein distance (Arjovsky et al. 2017, equation 2); the critic must be kept Lipschitz.</summary>
    Wasserstein,

    /// <summary>The f-GAN of KL(P‖Q) (Nowozin et al. 2016).</summary>
    Kl,

    /// <summary>The f-GAN of KL(Q‖P).</summary>
    ReverseKl,

    /// <summary>The f-GAN of the squared Hellinger distance.</summary>
    SquaredHellinger,

    /// <summary>The f-GAN of the Jensen–Shannon divergence, in Nowozin's scale: KL(P‖M) + KL(Q‖M).</summary>
    JensenShannon,

    /// <summary>Energy-based (Zhao et al. 2017, equations 1 and 2): v is the error of an autoencoder; fakes are pushed up to a margin.</summary>
    EnergyBased,
}
