using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models;

/// <summary>The largest value of each square (torch.nn.MaxPool2d).</summary>
/// <param name="Size">Side of the square.</param>
/// <param name="Stride">Step between squares.</param>
public sealed record MaxPoolLayer(int Size, int Stride) : Layer
{
    /// <inheritdoc/>
    public override long[] OutputShape(long[] inputShape) => [inputShape[0], Side(inputShape[1]), Side(inputShape[2])];

    /// <inheritdoc/>
    public override Tensor Apply(FlatParameters parameters, string prefix, Tensor x) => nn.functional.max_pool2d(x, [Size, Size], strides: [Stride, Stride]);

    private long Side(long side) => side >= Size
        ? ((side - Size) / Stride) + 1
        : throw new ArgumentException($"Pooling over {Size}x{Size} does not fit into a side of {side}.");
}
