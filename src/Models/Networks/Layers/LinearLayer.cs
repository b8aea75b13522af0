using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models;

/// <summary>An affine map of the flattened input (torch.nn.Flatten and torch.nn.Linear).</summary>
/// <param name="Units">Elements of one output.</param>
public sealed record LinearLayer(int Units) : Layer
{
    /// <summary>How the weight begins; null for PyTorch's own way.</summary>
    public Initializer? Weight { get; init; }

    /// <summary>Whether there is a bias; a normalization that follows has its own.</summary>
    public bool Bias { get; init; } = true;

    /// <inheritdoc/>
    public override long[] OutputShape(long[] inputShape) => [Units];

    /// <inheritdoc/>
    public override IEnumerable<ParameterSpec> Parameters(long[] inputShape)
    {
        long inputs = inputShape.Aggregate(1L, (product, side) => product * side);
        Initializer initial = Initializer.KaimingUniformFanIn(inputs);
        yield return new ParameterSpec("weight", [Units, inputs], Weight ?? initial);
        if (Bias)
        {
            yield return new ParameterSpec("bias", [Units], initial);
        }
    }

    /// <inheritdoc/>
    public override Tensor Apply(FlatParameters parameters, string prefix, Tensor x) =>
        nn.functional.linear(x.dim() > 2 ? x.flatten(1) : x, parameters[prefix + "weight"], Bias ? parameters[prefix + "bias"] : null);
}
