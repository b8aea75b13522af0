using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Models;

/// <summary>A function applied elementwise.</summary>
/// <param name="Function">Which.</param>
public sealed record ActivationLayer(Activation Function) : Layer
{
    /// <inheritdoc/>
    public override long[] OutputShape(long[] inputShape) => inputShape;

    /// <inheritdoc/>
    public override Tensor Apply(FlatParameters parameters, string prefix, Tensor x) => Function.Apply(x);
}
