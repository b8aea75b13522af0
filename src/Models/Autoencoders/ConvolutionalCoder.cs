namespace Cluster.Models.Autoencoders;

/// <summary>
/// The small convolutional pair: convolution of 16 channels (3x3, stride 3, padding 1), ReLU, pooling (2, stride 2), convolution of
/// 8 channels (3x3, stride 2, padding 1), ReLU, pooling (2, stride 1); then transposed convolutions of 16 (3x3, stride 2), 16 to 8
/// (5x5, stride 3, padding 1) and to the image (stride 2, padding 1), with a ReLU between them. 28x28 images have codes of 8x2x2.
/// The last kernel is 2x2 for 28x28, and what brings the image back to its size for others.
/// </summary>
public static class ConvolutionalCoder
{
    /// <summary>Both networks.</summary>
    /// <param name="channels">Channels of an image.</param>
    /// <param name="height">Rows of an image.</param>
    /// <param name="width">Columns of an image.</param>
    /// <param name="outputsPerElement">Outputs for each pixel.</param>
    /// <param name="code">The function after the encoder's last layer.</param>
    /// <exception cref="ArgumentException">The images are too small.</exception>
    public static (LayerNetwork Encoder, LayerNetwork Decoder) Pair(int channels, int height, int width, int outputsPerElement, OutputKind code)
    {
        ActivationLayer relu = new(new Activation(ActivationKind.Relu));
        LayerNetwork encoder;
        try
        {
            encoder = new LayerNetwork(
                [channels, height, width],
                [new ConvolutionLayer(16, 3, 3, 1), relu, new MaxPoolLayer(2, 2), new ConvolutionLayer(8, 3, 2, 1), relu, new MaxPoolLayer(2, 1)],
                code);
        }
        catch (ArgumentException small)
        {
            throw new ArgumentException(
                $"Images of {height}x{width} are too small for the convolutional network, whose strides and pools need 16x16 or more: use fully connected layers.", small);
        }

        long[] grid = [.. encoder.OutputShape];
        int lastHeight = LastKernel(height, grid[1]), lastWidth = LastKernel(width, grid[2]);
        LayerNetwork decoder = new(
            grid,
            [
                new TransposedConvolutionLayer(16, 3, 3, 2), relu, new TransposedConvolutionLayer(8, 5, 5, 3, 1), relu,
                new TransposedConvolutionLayer(channels * outputsPerElement, lastHeight, lastWidth, 2, 1),
            ]);
        return (encoder, decoder);
    }

    private static int LastKernel(int side, long grid)
    {
        // Sides grow as 2(g − 1) + 3, then 3(n − 1) − 2 + 5, then 2(m − 1) − 2 + kernel.
        long second = (3 * ((2 * (grid - 1)) + 3 - 1)) + 3;
        long kernel = side - (2 * (second - 1)) + 2;
        return kernel >= 1
            ? (int)kernel
            : throw new ArgumentException($"The convolutional network cannot bring a side of {side} pixels back: use 28 or 32, or fully connected layers.");
    }
}
