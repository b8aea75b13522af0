using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models;

/// <summary>
/// Minibatch discrimination (Salimans et al. 2016, arXiv:1606.03498, section 3.2): the features f(x) of every input become a matrix
/// M = f(x)T of <paramref name="Kernels"/> rows of <paramref name="Dimensions"/>; o(x)ᵢ is the sum over the batch of
/// exp(−‖M(x)ᵢ − M(y)ᵢ‖₁), and stands behind the features: (A) to (A + kernels). A batch without variety gives itself away.
/// The paper has 50 kernels of 5 dimensions.
/// </summary>
/// <param name="Kernels">Kernels, B in the paper.</param>
/// <param name="Dimensions">Dimensions of each, C in the paper.</param>
public sealed record MinibatchLayer(int Kernels, int Dimensions) : Layer
{
    /// <inheritdoc/>
    public override bool RowsAreIndependent => false;

    /// <inheritdoc/>
    public override long[] OutputShape(long[] inputShape) => [Features(inputShape) + Kernels];

    /// <inheritdoc/>
    public override IEnumerable<ParameterSpec> Parameters(long[] inputShape)
    {
        // The variance of M is then that of a feature, whatever their number.
        long features = Features(inputShape);
        yield return new ParameterSpec("weight", [features, (long)Kernels * Dimensions], Initializer.Normal(0, 1 / Math.Sqrt(features)));
    }

    /// <inheritdoc/>
    public override Tensor Apply(FlatParameters parameters, string prefix, Tensor x)
    {
        Tensor features_BA = x.dim() > 2 ? x.flatten(1) : x;
        Tensor matrix_BKC = features_BA.mm(parameters[prefix + "weight"]).view(features_BA.shape[0], Kernels, Dimensions);
        Tensor distance_BBK = (matrix_BKC.unsqueeze(0) - matrix_BKC.unsqueeze(1)).abs().sum(3L);
        return cat([features_BA, (-distance_BBK).exp().sum(1L)], 1);
    }

    private static long Features(long[] inputShape) => inputShape.Aggregate(1L, (product, side) => product * side);
}
