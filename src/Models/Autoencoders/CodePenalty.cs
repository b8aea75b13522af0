using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Autoencoders;

/// <summary>What an autoencoder's objective adds for its codes alone.</summary>
public static class CodePenalty
{
    /// <summary>
    /// Mean over the batch of the squared Frobenius norm of ∂z/∂x for one layer z = σ(Wx + b), in closed form:
    /// Σⱼ (zⱼ(1 − zⱼ))² Σᵢ Wⱼᵢ² (Rifai et al. 2011, equation 7).
    /// </summary>
    /// <param name="code_BZ">z, shape (B, Z).</param>
    /// <param name="weight_ZD">W, shape (Z, D).</param>
    public static Tensor ContractionOfSigmoid(Tensor code_BZ, Tensor weight_ZD)
    {
        Tensor slope_BZ = code_BZ * code_BZ.SubtractedFrom(1);
        return slope_BZ.Square().mv(weight_ZD.Square().sum(1)).mean();
    }

    /// <summary>The same norm for any differentiable encoder: one backward pass for each element of the code.</summary>
    /// <param name="code_BZ">z with its graph down to <paramref name="x_BD"/>.</param>
    /// <param name="x_BD">A leaf that requires gradients; rows of z depend on the same rows of x alone.</param>
    /// <returns>A scalar with its graph: its own gradient goes through the Jacobian.</returns>
    public static Tensor Contraction(Tensor code_BZ, Tensor x_BD)
    {
        Tensor? total = null;
        for (long j = 0; j < code_BZ.shape[1]; j++)
        {
            Tensor row_BD = autograd.grad([code_BZ.select(1, j).sum()], [x_BD], retain_graph: true, create_graph: true)[0];
            Tensor square = row_BD.Square().sum();
            total = total is null ? square : total.Add(square);
        }

        return total!.Div(x_BD.shape[0]);
    }

    /// <summary>Mean over the batch of Σ|z|.</summary>
    public static Tensor L1(Tensor code_BZ) => code_BZ.abs().sum().Div(code_BZ.shape[0]);

    /// <summary>Σⱼ KL(ρ ‖ ρ̂ⱼ) with ρ̂ⱼ the mean of element j over the batch, in nats; codes in (0, 1).</summary>
    public static Tensor Sparsity(Tensor code_BZ, double target)
    {
        Tensor mean_Z = code_BZ.mean([0]);
        double entropy = (target * Math.Log(target)) + ((1 - target) * Math.Log(1 - target));
        return (mean_Z.log().Mul(-target) - mean_Z.SubtractedFrom(1).log().Mul(1 - target)).sum().Add(entropy * code_BZ.shape[1]);
    }
}
