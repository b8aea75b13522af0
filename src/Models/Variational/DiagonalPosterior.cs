using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Models.Variational;

/// <summary>
/// N(μ, diag σ²) with heads (μ, log σ²): z = μ + σ∘ε, KL = ½ Σ (μ² + σ² − 1 − log σ²) (Kingma and Welling 2014, appendix B).
/// </summary>
/// <param name="Latent">Z.</param>
public sealed record DiagonalPosterior(int Latent) : Posterior(Latent)
{
    /// <inheritdoc/>
    public override int Heads => 2 * Latent;

    /// <inheritdoc/>
    public override Tensor Sample(Tensor heads_BH, Tensor noise_KBZ)
    {
        Tensor deviation_BZ = LogVariance(heads_BH).Mul(0.5).exp();
        return noise_KBZ.shape[0] == 1
            ? Mean(heads_BH).AddCMul(deviation_BZ, noise_KBZ.view(-1, Latent))
            : Mean(heads_BH).Add(deviation_BZ * noise_KBZ).view(-1, Latent);
    }

    /// <inheritdoc/>
    public override Tensor LogDensityOfSample(Tensor heads_BH, Tensor noise_KBZ)
    {
        Tensor constant_KB = noise_KBZ.Square().sum(-1).Add(2 * Latent * LogSqrt2Pi);
        return constant_KB.Add(LogVariance(heads_BH).sum(-1)).Mul(-0.5).view(-1);
    }

    /// <inheritdoc/>
    public override Tensor LogDensity(Tensor heads_BH, Tensor code_SZ)
    {
        Tensor logVariance_BZ = LogVariance(heads_BH);
        Tensor code_KBZ = code_SZ.view(-1, heads_BH.shape[0], Latent);
        Tensor square_KBZ = (code_KBZ - Mean(heads_BH)).Square() * logVariance_BZ.neg().exp();
        return square_KBZ.Add(logVariance_BZ).sum(-1).Add(2 * Latent * LogSqrt2Pi).Mul(-0.5).view(-1);
    }

    /// <inheritdoc/>
    public override Tensor KullbackLeibler(Tensor heads_BH)
    {
        Tensor logVariance_BZ = LogVariance(heads_BH);
        return (Mean(heads_BH).Square().Add(logVariance_BZ.exp()) - logVariance_BZ).sum(-1).Sub(Latent).Mul(0.5);
    }

    /// <inheritdoc/>
    public override Tensor Variance(Tensor heads_BH) => LogVariance(heads_BH).exp();

    private Tensor LogVariance(Tensor heads_BH) => heads_BH.narrow(1, Latent, Latent);
}
