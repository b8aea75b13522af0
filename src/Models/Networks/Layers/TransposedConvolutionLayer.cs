using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models;

/// <summary>
/// The transpose of a convolution (torch.nn.ConvTranspose2d): (C, H, W) to (<paramref name="Channels"/>, H', W') with
/// H' = (H − 1)·stride − 2·padding + kernel.
/// </summary>
/// <param name="Channels">Output channels.</param>
/// <param name="KernelHeight">Rows of the kernel.</param>
/// <param name="KernelWidth">Columns of the kernel.</param>
/// <param name="Stride">Step between its places in the output.</param>
/// <param name="Padding">What is cut off each side of the output.</param>
public sealed record TransposedConvolutionLayer(int Channels, int KernelHeight, int KernelWidth, int Stride = 1, int Padding = 0) : Layer
{
    /// <summary>How the weight begins; null for PyTorch's own way.</summary>
    public Initializer? Weight { get; init; }

    /// <summary>Whether there is a bias; a normalization that follows has its own.</summary>
    public bool Bias { get; init; } = true;

    /// <inheritdoc/>
    public override long[] OutputShape(long[] inputShape) =>
        [Channels, Side(inputShape[1], KernelHeight), Side(inputShape[2], KernelWidth)];

    /// <inheritdoc/>
    public override IEnumerable<ParameterSpec> Parameters(long[] inputShape)
    {
        // PyTorch takes dimension 1 of (in, out, kernel, kernel) for the fan-in, which here are the outputs.
        Initializer initial = Initializer.KaimingUniformFanIn((long)Channels * KernelHeight * KernelWidth);
        yield return new ParameterSpec("weight", [inputShape[0], Channels, KernelHeight, KernelWidth], Weight ?? initial);
        if (Bias)
        {
            yield return new ParameterSpec("bias", [Channels], initial);
        }
    }

    /// <inheritdoc/>
    public override Tensor Apply(FlatParameters parameters, string prefix, Tensor x) => nn.functional.conv_transpose2d(
        x, parameters[prefix + "weight"], Bias ? parameters[prefix + "bias"] : null, strides: [Stride, Stride], padding: [Padding, Padding]);

    private long Side(long side, int kernel)
    {
        long made = ((side - 1) * Stride) - (2 * Padding) + kernel;
        return made >= 1 ? made : throw new ArgumentException($"A transposed convolution would make a side of {made} out of {side}.");
    }
}
