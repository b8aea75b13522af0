using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Models.Variational;

/// <summary>
/// A family of normal posteriors q(z|x) over codes of Z elements, beside the prior p(z) = N(0, I). The encoder's network gives H numbers
/// ("heads") for each input; all densities in nats. K samples of B inputs are rows k·B + b of (S, …).
/// </summary>
/// <param name="Latent">Z, at least 1.</param>
public abstract record Posterior(int Latent)
{
    private protected static readonly double LogSqrt2Pi = 0.5 * Math.Log(2 * Math.PI);

    /// <summary>Numbers that the network gives for each input, H.</summary>
    public abstract int Heads { get; }

    /// <summary>The means, shape (B, Z); a view.</summary>
    public Tensor Mean(Tensor heads_BH) => heads_BH.narrow(1, 0, Latent);

    /// <summary>Reparameterized samples (Kingma and Welling 2014, section 2.4): gradients flow from z into the heads.</summary>
    /// <param name="heads_BH">Shape (B, H).</param>
    /// <param name="noise_KBZ">Standard normal, shape (k, B, Z).</param>
    /// <returns>Shape (S, Z).</returns>
    public abstract Tensor Sample(Tensor heads_BH, Tensor noise_KBZ);

    /// <summary>log q(z|x) of the samples that the noise gives, with the path through z: shape (S).</summary>
    public abstract Tensor LogDensityOfSample(Tensor heads_BH, Tensor noise_KBZ);

    /// <summary>log q(z|x) of any z, shape (S); z is taken as constant where it has no graph.</summary>
    public abstract Tensor LogDensity(Tensor heads_BH, Tensor code_SZ);

    /// <summary>KL(q(z|x) ‖ p(z)) in closed form, shape (B).</summary>
    public abstract Tensor KullbackLeibler(Tensor heads_BH);

    /// <summary>Var[zᵢ|x], shape (B, Z).</summary>
    public abstract Tensor Variance(Tensor heads_BH);

    /// <summary>log p(z) of rows, shape (S).</summary>
    public Tensor LogPrior(Tensor code_SZ) => code_SZ.Square().sum(-1).Mul(-0.5).Sub(Latent * LogSqrt2Pi);

    /// <summary>The family of a kind.</summary>
    public static Posterior Of(PosteriorKind kind, int latent) => kind switch
    {
        PosteriorKind.Diagonal => new DiagonalPosterior(latent),
        PosteriorKind.Cholesky => new CholeskyPosterior(latent),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "unknown posterior"),
    };
}
