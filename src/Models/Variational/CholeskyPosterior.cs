using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Models.Variational;

/// <summary>
/// N(μ, LLᵀ) with heads (μ, log of L's diagonal, L below the diagonal row by row): z = μ + Lε,
/// KL = ½ (‖L‖² + ‖μ‖² − Z) − Σ log Lᵢᵢ.
/// </summary>
/// <param name="Latent">Z.</param>
public sealed record CholeskyPosterior(int Latent) : Posterior(Latent)
{
    /// <inheritdoc/>
    public override int Heads => (2 * Latent) + Below;

    private int Below => Latent * (Latent - 1) / 2;

    /// <inheritdoc/>
    public override Tensor Sample(Tensor heads_BH, Tensor noise_KBZ)
    {
        // (B, Z, Z) × (B, Z, k): one small product for each input.
        Tensor shifted_BZK = Factor(heads_BH).bmm(noise_KBZ.permute(1, 2, 0));
        return Mean(heads_BH).Add(shifted_BZK.permute(2, 0, 1)).reshape(-1, Latent);
    }

    /// <inheritdoc/>
    public override Tensor LogDensityOfSample(Tensor heads_BH, Tensor noise_KBZ)
    {
        Tensor constant_KB = noise_KBZ.Square().sum(-1).Mul(-0.5).Sub(Latent * LogSqrt2Pi);
        return (constant_KB - LogDiagonal(heads_BH).sum(-1)).view(-1);
    }

    /// <inheritdoc/>
    public override Tensor LogDensity(Tensor heads_BH, Tensor code_SZ)
    {
        Tensor centred_KBZ = code_SZ.view(-1, heads_BH.shape[0], Latent) - Mean(heads_BH);
        Tensor noise_BZK = linalg.solve(Factor(heads_BH), centred_KBZ.permute(1, 2, 0));
        return LogDensityOfSample(heads_BH, noise_BZK.permute(2, 0, 1));
    }

    /// <inheritdoc/>
    public override Tensor KullbackLeibler(Tensor heads_BH)
    {
        Tensor logDiagonal_BZ = LogDiagonal(heads_BH);
        Tensor square_B = Mean(heads_BH).Square().sum(-1).Add(logDiagonal_BZ.Mul(2).exp().sum(-1));
        if (Below > 0)
        {
            square_B = square_B.Add(heads_BH.narrow(1, 2 * Latent, Below).Square().sum(-1));
        }

        return square_B.Sub(Latent).Mul(0.5) - logDiagonal_BZ.sum(-1);
    }

    /// <summary>The diagonal of LLᵀ.</summary>
    /// <inheritdoc/>
    public override Tensor Variance(Tensor heads_BH) => Factor(heads_BH).Square().sum(-1);

    /// <summary>L, shape (B, Z, Z).</summary>
    public Tensor Factor(Tensor heads_BH)
    {
        // Column 0 is the zero above the diagonal, then the diagonal, then what lies below; an index puts them in place.
        long[] places = new long[Latent * Latent];
        for (int row = 0, next = Latent + 1; row < Latent; row++)
        {
            for (int column = 0; column < row; column++)
            {
                places[(row * Latent) + column] = next++;
            }

            places[(row * Latent) + row] = row + 1;
        }

        Tensor zero_B1 = zeros(heads_BH.shape[0], 1, heads_BH.dtype, heads_BH.device);
        Tensor parts = Below > 0
            ? cat([zero_B1, LogDiagonal(heads_BH).exp(), heads_BH.narrow(1, 2 * Latent, Below)], 1)
            : cat([zero_B1, LogDiagonal(heads_BH).exp()], 1);
        return parts.index_select(1, tensor(places).to(heads_BH.device)).view(-1, Latent, Latent);
    }

    private Tensor LogDiagonal(Tensor heads_BH) => heads_BH.narrow(1, Latent, Latent);
}
