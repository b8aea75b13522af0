using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models;

/// <summary>
/// A convolution (torch.nn.Conv2d): (C, H, W) to (<paramref name="Channels"/>, H', W') with
/// H' = ⌊(H + 2·padding − kernel)/stride⌋ + 1.
/// </summary>
/// <param name="Channels">Output channels.</param>
/// <param name="Kernel">Side of the kernel.</param>
/// <param name="Stride">Step between its places.</param>
/// <param name="Padding">Zeros on each side.</param>
public sealed record ConvolutionLayer(int Channels, int Kernel, int Stride = 1, int Padding = 0) : Layer
{
    /// <summary>How the weight begins; null for PyTorch's own way.</summary>
    public Initializer? Weight { get; init; }

    /// <summary>Whether there is a bias; a normalization that follows has its own.</summary>
    public bool Bias { get; init; } = true;

    /// <inheritdoc/>
    public override long[] OutputShape(long[] inputShape) => [Channels, Side(inputShape[1]), Side(inputShape[2])];

    /// <inheritdoc/>
    public override IEnumerable<ParameterSpec> Parameters(long[] inputShape)
    {
        Initializer initial = Initializer.KaimingUniformFanIn(inputShape[0] * Kernel * Kernel);
        yield return new ParameterSpec("weight", [Channels, inputShape[0], Kernel, Kernel], Weight ?? initial);
        if (Bias)
        {
            yield return new ParameterSpec("bias", [Channels], initial);
        }
    }

    /// <inheritdoc/>
    public override Tensor Apply(FlatParameters parameters, string prefix, Tensor x) =>
        Convolution.Plain(x, parameters[prefix + "weight"], Bias ? parameters[prefix + "bias"] : null, Stride, Padding);

    private long Side(long side) => side + (2 * Padding) >= Kernel
        ? ((side + (2 * Padding) - Kernel) / Stride) + 1
        : throw new ArgumentException($"A {Kernel}x{Kernel} convolution with padding {Padding} does not fit into a side of {side}.");
}
