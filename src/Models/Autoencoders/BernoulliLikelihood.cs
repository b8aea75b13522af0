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
    /// <summary>Beyond this softplus(l) equals l in double precision.</summary>
    private const double Linear = 40;

    /// <inheritdoc/>
    public override bool NeedsUnitInterval => true;

    /// <inheritdoc/>
    public override Tensor LogDensity(FlatParameters decoder, Tensor output_SO, Tensor x_BD)
    {
        (Tensor logits, Tensor x) = Aligned(output_SO, x_BD);
        return ((x * logits) - nn.functional.softplus(logits, 1, Linear)).sum(-1).view(-1);
    }

    /// <inheritdoc/>
    public override Tensor Mean(Tensor output_SO) => output_SO.sigmoid();
}
