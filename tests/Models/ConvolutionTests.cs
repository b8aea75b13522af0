using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Tests;

/// <summary>
/// Convolutions whose channels do not fill the blocks of the library: single precision beside double precision, which takes another way
/// through libtorch. On some machines the library's own gradients are wrong, and these tests fail there without <see cref="Convolution"/>.
/// </summary>
public sealed class ConvolutionTests
{
    [Theory]
    [InlineData(1, 20, 5, 1, 0)]
    [InlineData(20, 50, 5, 1, 0)]
    [InlineData(4, 6, 3, 1, 1)]
    [InlineData(20, 32, 3, 1, 1)]
    [InlineData(8, 16, 4, 2, 1)]
    [InlineData(16, 4, 4, 2, 1)]
    [InlineData(3, 64, 4, 2, 1)]
    public void A_convolution_agrees_with_double_precision(int inputs, int outputs, int kernel, int stride, int padding) =>
        Agrees([inputs, 12, 12], [outputs, inputs, kernel, kernel], outputs, (x, weight, bias) => Convolution.Plain(x, weight, bias, stride, padding));

    [Theory]
    [InlineData(6, 1, 4, 2, 1)]
    [InlineData(20, 3, 4, 2, 1)]
    [InlineData(8, 5, 3, 1, 0)]
    [InlineData(32, 20, 3, 1, 0)]
    [InlineData(64, 3, 4, 2, 1)]
    public void A_transposed_convolution_agrees_with_double_precision(int inputs, int outputs, int kernel, int stride, int padding) =>
        Agrees([inputs, 7, 7], [inputs, outputs, kernel, kernel], outputs, (x, weight, bias) => Convolution.Transposed(x, weight, bias, stride, padding));

    [Theory]
    [InlineData(4, 6)]
    [InlineData(3, 16)]
    [InlineData(20, 32)]
    [InlineData(16, 5)]
    public void Channels_of_zeros_change_nothing(int inputs, int outputs)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = rand([3, inputs, 9, 9], ScalarType.Float64), bias = rand(outputs, ScalarType.Float64);
        Tensor weight = rand([outputs, inputs, 3, 3], ScalarType.Float64), back = rand([inputs, outputs, 3, 3], ScalarType.Float64);

        Same(nn.functional.conv2d(x, weight, bias, strides: [2, 2], padding: [1, 1]), Convolution.PlainInBlocks(x, weight, bias, 2, 1));
        Same(nn.functional.conv_transpose2d(x, back, bias, strides: [2, 2], padding: [1, 1]), Convolution.TransposedInBlocks(x, back, bias, 2, 1));

        static void Same(Tensor plain, Tensor filled)
        {
            Assert.Equal(plain.shape, filled.shape);
            Assert.True(filled.is_contiguous());
            Assert.True((plain - filled).abs().max().ToDouble() < 1e-12);
        }
    }

    private static void Agrees(long[] input, long[] kernel, int outputs, Func<Tensor, Tensor, Tensor, Tensor> convolve)
    {
        using DisposeScope scope = NewDisposeScope();
        for (int turn = 0; turn < 4; turn++)
        {
            Tensor x = rand([5, .. input], ScalarType.Float64), weight = rand(kernel, ScalarType.Float64), bias = rand(outputs, ScalarType.Float64);
            (Tensor Made, Tensor[] Gradients) single = Of(ScalarType.Float32), wide = Of(ScalarType.Float64);
            Assert.Equal(wide.Made.shape, single.Made.shape);
            Assert.All(wide.Gradients.Prepend(wide.Made).Zip(single.Gradients.Prepend(single.Made)), pair =>
                Assert.InRange((pair.First - pair.Second).abs().max().ToDouble() / pair.First.abs().max().ToDouble(), 0, 1e-5));

            (Tensor, Tensor[]) Of(ScalarType type)
            {
                Tensor[] leaves = [.. new[] { x, weight, bias }.Select(each => each.to(type).detach().requires_grad_(true))];
                Tensor made = convolve(leaves[0], leaves[1], leaves[2]);
                return (made, [.. autograd.grad([made], leaves, [made.detach()])]);
            }
        }
    }
}
