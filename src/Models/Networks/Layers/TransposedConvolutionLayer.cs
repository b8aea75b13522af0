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
    public override Tensor Apply(FlatParameters parameters, string prefix, Tensor x)
    {
        Tensor weight = parameters[prefix + "weight"];
        Tensor? bias = Bias ? parameters[prefix + "bias"] : null;
        return Doubles && x.device_type == DeviceType.CPU
            ? Doubled(x, weight, bias)
            : Convolution.Transposed(x, weight, bias, Stride, Padding);
    }

    /// <summary>Whether it doubles the sides as DCGAN's layers do, with enough channels that the way over <see cref="Doubled"/> pays.</summary>
    private bool Doubles => this is { KernelHeight: 4, KernelWidth: 4, Stride: 2, Padding: 1, Channels: >= 4 };

    /// <summary>
    /// A transposed convolution of 4x4, stride 2 and padding 1 as a plain one. Each of its outputs sums over 2x2 inputs, with other
    /// weights in even and in odd rows and columns: four kernels of 2x2, whose outputs are then sorted into each other (Shi et al. 2016,
    /// arXiv:1609.05158). Output 2j − 1 + a takes inputs j − 1 + t with kernel row 2(1 − t) + a. On CPUs libtorch has a fast way for plain
    /// convolutions and their gradients alone; this one takes less than two thirds of the time.
    /// </summary>
    /// <param name="x_BCHW">Input.</param>
    /// <param name="weight_CO44">The transposed convolution's weight.</param>
    /// <param name="bias_O">Its bias; null for none.</param>
    /// <returns>Shape (B, O, 2H, 2W).</returns>
    internal static Tensor Doubled(Tensor x_BCHW, Tensor weight_CO44, Tensor? bias_O)
    {
        long inputs = weight_CO44.shape[0], outputs = weight_CO44.shape[1], height = x_BCHW.shape[2], width = x_BCHW.shape[3];
        Tensor kernels_PC22 = weight_CO44.view(inputs, outputs, 2, 2, 2, 2).flip(2, 4).permute(1, 3, 5, 0, 2, 4).reshape(4 * outputs, inputs, 2, 2);
        Tensor sorted_BO = nn.functional.pixel_shuffle(Convolution.Plain(x_BCHW, kernels_PC22, null, stride: 1, padding: 1), 2);
        Tensor made_BOHW = sorted_BO.narrow(2, 1, 2 * height).narrow(3, 1, 2 * width).contiguous();
        return bias_O is null ? made_BOHW : made_BOHW.Add(bias_O.view(1, outputs, 1, 1));
    }

    private long Side(long side, int kernel)
    {
        long made = ((side - 1) * Stride) - (2 * Padding) + kernel;
        return made >= 1 ? made : throw new ArgumentException($"A transposed convolution would make a side of {made} out of {side}.");
    }
}
