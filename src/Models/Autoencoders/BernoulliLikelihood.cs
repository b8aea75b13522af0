using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Autoencoders;

/// <summary>
/// Independent Bernoulli elements with the network's outputs as logits l: log p(x|z) = Σ x·l − softplus(l), minus the binary
/// cross-entropy, for x in [0, 1].
/// </summary>
public sealed record BernoulliLikelihood : Likelihood
{
    /// <inheritdoc/>
    public override bool NeedsUnitInterval => true;

    /// <inheritdoc/>
    public override Tensor LogDensity(FlatParameters decoder, Tensor output_SO, Tensor x_BD)
    {
        (Tensor logits, Tensor x) = Aligned(output_SO, x_BD);
        return ((x * logits) - logits.Softplus()).sum(-1).view(-1);
    }

    /// <summary>The same without autograd: writes d log p/d output over the output, and gives log p of each row.</summary>
    /// <param name="output_SO">The network's outputs without graph; on return their derivatives x − σ(l), times the weight.</param>
    /// <param name="x_BD">Inputs, shape (B, D).</param>
    /// <param name="weight">What the derivatives are multiplied by.</param>
    /// <returns>Shape (S).</returns>
    public static Tensor Differentiate(Tensor output_SO, Tensor x_BD, double weight = 1)
    {
        using IDisposable guard = no_grad();
        if (output_SO.device_type == DeviceType.CPU && output_SO.dtype == ScalarType.Float32 && output_SO.is_contiguous() && x_BD.is_contiguous())
        {
            Tensor density_S = empty(output_SO.shape[0], ScalarType.Float32);
            BernoulliKernel.Run(output_SO, x_BD, density_S, (float)weight);
            return density_S;
        }

        using DisposeScope scope = NewDisposeScope();
        (Tensor logits, Tensor x) = Aligned(output_SO, x_BD);
        Tensor value_S = ((x * logits) - logits.Softplus()).sum(-1).view(-1);
        logits.copy_((x - logits.sigmoid()).Mul_(weight));
        return value_S.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Tensor Mean(Tensor output_SO) => output_SO.sigmoid();
}
