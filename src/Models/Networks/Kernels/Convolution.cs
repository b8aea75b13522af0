using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models;

/// <summary>
/// Convolutions of numbers of channels for which the library's own come out wrong on some machines. oneDNN, which libtorch has for the CPU,
/// divides work by the size of the processor's cache. Some virtual machines do not tell it, and then version 3.7.1 (libtorch 2.7 to 2.10)
/// copies only a part of the weights where channels do not fill its blocks of 16: outputs and gradients are silently those of other weights.
/// A few small convolutions in each process find out, and where they fail channels of zeros fill the blocks.
/// </summary>
internal static class Convolution
{
    private const long Block = 16;

    private static readonly Lazy<bool> s_sound = new(Examine);

    /// <summary>Whether convolutions on this machine's CPU have the right gradients, whatever their numbers of channels.</summary>
    public static bool IsSound => s_sound.Value;

    /// <summary>A convolution (torch.nn.functional.conv2d).</summary>
    /// <param name="x_BCHW">Input.</param>
    /// <param name="weight_OChw">Weight.</param>
    /// <param name="bias_O">Bias; null for none.</param>
    /// <param name="stride">Step between the kernel's places.</param>
    /// <param name="padding">Zeros on each side.</param>
    public static Tensor Plain(Tensor x_BCHW, Tensor weight_OChw, Tensor? bias_O, long stride, long padding) =>
        IsAtRisk(x_BCHW, weight_OChw)
            ? PlainInBlocks(x_BCHW, weight_OChw, bias_O, stride, padding)
            : nn.functional.conv2d(x_BCHW, weight_OChw, bias_O, strides: [stride, stride], padding: [padding, padding]);

    /// <summary>A transposed convolution (torch.nn.functional.conv_transpose2d).</summary>
    /// <param name="x_BCHW">Input.</param>
    /// <param name="weight_COhw">Weight.</param>
    /// <param name="bias_O">Bias; null for none.</param>
    /// <param name="stride">Step between the kernel's places in the output.</param>
    /// <param name="padding">What is cut off each side of the output.</param>
    public static Tensor Transposed(Tensor x_BCHW, Tensor weight_COhw, Tensor? bias_O, long stride, long padding) =>
        IsAtRisk(x_BCHW, weight_COhw)
            ? TransposedInBlocks(x_BCHW, weight_COhw, bias_O, stride, padding)
            : nn.functional.conv_transpose2d(x_BCHW, weight_COhw, bias_O, strides: [stride, stride], padding: [padding, padding]);

    /// <summary>A convolution with channels of zeros, those of the output cut off again.</summary>
    internal static Tensor PlainInBlocks(Tensor x_BCHW, Tensor weight_OChw, Tensor? bias_O, long stride, long padding)
    {
        bool fills = Fills(weight_OChw.shape[1]);
        Tensor filled = Fill(fills ? Fill(weight_OChw, 1) : weight_OChw, 0);
        Tensor made = nn.functional.conv2d(fills ? Fill(x_BCHW, 1) : x_BCHW, filled, null, strides: [stride, stride], padding: [padding, padding]);
        return Cut(made, weight_OChw.shape[0], bias_O);
    }

    /// <summary>The same of a transposed convolution, whose weight is that of a convolution from its outputs to its inputs.</summary>
    internal static Tensor TransposedInBlocks(Tensor x_BCHW, Tensor weight_COhw, Tensor? bias_O, long stride, long padding)
    {
        Tensor filled = Fill(Fills(weight_COhw.shape[1]) ? Fill(weight_COhw, 1) : weight_COhw, 0);
        Tensor made = nn.functional.conv_transpose2d(Fill(x_BCHW, 1), filled, null, strides: [stride, stride], padding: [padding, padding]);
        return Cut(made, weight_COhw.shape[1], bias_O);
    }

    /// <summary>Whether the weight is copied into blocks that its channels do not fill. oneDNN has no blocks of double precision.</summary>
    private static bool IsAtRisk(Tensor x, Tensor weight) =>
        (weight.shape[0] % Block != 0 || (weight.shape[1] % Block != 0 && Fills(weight.shape[1])))
        && x.device_type == DeviceType.CPU && x.dtype == ScalarType.Float32 && !IsSound;

    /// <summary>Up to three channels, as of an image, take a way of their own, without blocks.</summary>
    private static bool Fills(long channels) => channels > 3;

    /// <summary>Zeros behind a dimension, up to a whole number of blocks.</summary>
    private static Tensor Fill(Tensor tensor, int dimension)
    {
        long[] missing = [.. tensor.shape];
        missing[dimension] = (Block - (missing[dimension] % Block)) % Block;
        return missing[dimension] == 0 ? tensor : cat([tensor, zeros(missing, tensor.dtype, tensor.device)], dimension);
    }

    private static Tensor Cut(Tensor made_BOHW, long outputs, Tensor? bias_O)
    {
        Tensor cut_BOHW = made_BOHW.shape[1] == outputs ? made_BOHW : made_BOHW.narrow(1, 0, outputs).contiguous();
        return bias_O is null ? cut_BOHW : cut_BOHW.Add(bias_O.view(1, outputs, 1, 1));
    }

    /// <summary>
    /// Gradients of a few small convolutions in single precision beside those in double precision, which oneDNN does not compute. Other weights
    /// each time: where a part of them is not copied, the memory may still hold those of the time before.
    /// </summary>
    private static bool Examine()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable guard = set_grad_enabled(true);
        return Enumerable.Range(0, 4).All(turn => Agrees(turn, 3, 6) && Agrees(turn, 20, 16));
    }

    private static bool Agrees(int turn, long inputs, long outputs)
    {
        double[] single = Gradient(ScalarType.Float32), wide = Gradient(ScalarType.Float64);
        return single.Zip(wide).All(pair => Math.Abs(pair.First - pair.Second) < 1e-4);

        double[] Gradient(ScalarType type)
        {
            Tensor x = Numbers(2 * inputs * 6 * 6, 0.7).view(2, inputs, 6, 6).to(type).requires_grad_(true);
            Tensor weight = Numbers(outputs * inputs * 3 * 3, 1.3 + turn).view(outputs, inputs, 3, 3).to(type);
            Tensor made = nn.functional.conv2d(x, weight);
            return autograd.grad([made], [x], [made.detach()])[0].to(ScalarType.Float64).data<double>().ToArray();
        }
    }

    /// <summary>Numbers between −0.1 and 0.1 that look like no pattern.</summary>
    private static Tensor Numbers(long count, double step) => tensor([.. Enumerable.Range(0, (int)count).Select(each => 0.1 * Math.Sin(step * each))]);
}
