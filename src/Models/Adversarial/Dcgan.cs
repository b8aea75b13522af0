// Deep convolutional GAN.
//
// Radford, Metz, Chintala: "Unsupervised Representation Learning with Deep Convolutional Generative Adversarial Networks",
// ICLR 2016, arXiv:1511.06434. Strided convolutions of 4x4 in place of pooling, batch normalization everywhere but at the
// generator's output and the discriminator's input, ReLU in the generator with tanh at its end, leaky ReLU of slope 0.2 in the
// discriminator, weights from N(0, 0.02²).
//
// Hyperparameters: z of 100, Adam (2e-4, 0.5, 0.999), batches of 128 (the paper; 64 in PyTorch's example). With 64 channels:
//   28x28  z → 128x7x7 → 64x14x14 → image;               image → 64 → 128 → 1
//   32x32  z → 256x4x4 → 128x8x8 → 64x16x16 → image;     image → 64 → 128 → 256 → 1
//   64x64  z → 512x4x4 → 256 → 128 → 64x32x32 → image;   image → 64 → 128 → 256 → 512 → 1
using Cluster.Numerics;

namespace Cluster.Models.Adversarial;

/// <summary>What shapes the convolutional pair.</summary>
public sealed record DcganOptions
{
    /// <summary>Channels nearest to the image; they double with each halving of the side. At least 1.</summary>
    public int Channels { get; init; } = 64;

    /// <summary>Whether layers in the middle are normalized over the batch.</summary>
    public bool BatchNorm { get; init; } = true;

    /// <summary>Elements of an embedding of the class that conditions the generator's normalizations, at least 0; 0 for none (BigGan.cs).</summary>
    public int ClassEmbedding { get; init; }

    /// <summary>Whether pieces of z condition the generator's normalizations (BigGan.cs).</summary>
    public bool SkipLatent { get; init; }
}

/// <summary>The two networks of a DCGAN for square images whose side is 4, 5, 6 or 7 times a power of two.</summary>
public static class Dcgan
{
    private static readonly Initializer s_weights = Initializer.Normal(0, 0.02);
    private static readonly ActivationLayer s_relu = new(new Activation(ActivationKind.Relu));
    private static readonly ActivationLayer s_leaky = new(new Activation(ActivationKind.LeakyRelu));

    /// <summary>z, with the one-hot label behind it where there is one, to images.</summary>
    /// <param name="options">Shape of the network.</param>
    /// <param name="inputs">Elements of z and label.</param>
    /// <param name="image">What it makes.</param>
    /// <param name="output">The function after the last layer.</param>
    /// <param name="spectral">What the weights' spectral norm becomes; null where it is free.</param>
    /// <exception cref="ArgumentException">There is no such network for images of that size.</exception>
    public static LayerNetwork Generator(DcganOptions options, long inputs, ImageSize image, OutputKind output, double? spectral = null)
    {
        (Layer[] doublings, ReshapeLayer reshape, _) = Doublings(options, image, spectral);
        List<Layer> layers = [doublings[0], reshape];
        foreach (Layer doubling in doublings.Skip(1))
        {
            layers.AddRange([.. Normalized(options.BatchNorm), s_relu, doubling]);
        }

        return new LayerNetwork([inputs], layers, output);
    }

    /// <summary>
    /// The generator's layers with weights: an affine one, whose outputs become a feature map, and transposed convolutions that double the
    /// side. Between each two stand a normalization and an activation.
    /// </summary>
    /// <param name="options">Shape of the network.</param>
    /// <param name="image">What it makes.</param>
    /// <param name="spectral">What the weights' spectral norm becomes; null where it is free.</param>
    /// <returns>The layers, what follows the first one, and the channels before each of the others.</returns>
    /// <exception cref="ArgumentException">There is no such network for images of that size.</exception>
    internal static (Layer[] Layers, ReshapeLayer Reshape, long[] Channels) Doublings(DcganOptions options, ImageSize image, double? spectral)
    {
        (int side, int halvings) = Base(image);
        int[] channels = [.. Enumerable.Range(0, halvings).Reverse().Select(layer => Width(options.Channels, layer))];
        bool bias = !options.BatchNorm;
        IEnumerable<Layer> layers = channels.Skip(1).Append(image.Channels)
            .Select(Layer (made) => new TransposedConvolutionLayer(made, 4, 4, 2, 1) { Weight = s_weights, Bias = bias })
            .Prepend(new LinearLayer(checked(channels[0] * side * side)) { Weight = s_weights, Bias = bias });
        return ([.. layers.Select(layer => SpectralLayer.Around(layer, spectral))], new ReshapeLayer(channels[0], side, side), [.. channels.Select(width => (long)width)]);
    }

    /// <summary>
    /// An autoencoder for energies (EnergyNetwork.cs): the discriminator's convolutions, and behind them the generator's transposed ones.
    /// </summary>
    /// <param name="options">Shape of the network.</param>
    /// <param name="image">What it sees.</param>
    /// <param name="classes">Elements of the label; 0 for none.</param>
    /// <param name="spectral">What the weights' spectral norm becomes, in place of batch normalization in the encoder; null where it is free.</param>
    /// <param name="output">The function after the decoder's last layer.</param>
    /// <exception cref="ArgumentException">There is no such network for images of that size.</exception>
    public static EnergyNetwork Energy(DcganOptions options, ImageSize image, int classes, double? spectral, OutputKind output)
    {
        LayerNetwork encoder = new(Seen(image, classes), Convolutions(options, image, classes, spectral), name: "encoder.");
        (Layer[] doublings, ReshapeLayer code, _) = Doublings(options, image, spectral);
        IEnumerable<Layer> layers = doublings.Skip(1)
            .SelectMany((doubling, layer) => layer == 0 ? [doubling] : (Layer[])[.. Normalized(options.BatchNorm), s_relu, doubling]);
        return new EnergyNetwork(encoder, new LayerNetwork([code.Channels, code.Height, code.Width], layers, output, "decoder."));
    }

    /// <summary>Images, with the one-hot label behind them where there is one, to one output.</summary>
    /// <param name="options">Shape of the network.</param>
    /// <param name="image">What it sees.</param>
    /// <param name="classes">Elements of the label; 0 for none.</param>
    /// <param name="spectral">What the weights' spectral norm becomes, in place of batch normalization; null where it is free.</param>
    /// <param name="last">The layers behind the convolutions.</param>
    /// <exception cref="ArgumentException">There is no such network for images of that size.</exception>
    public static LayerNetwork Discriminator(DcganOptions options, ImageSize image, int classes, double? spectral, IEnumerable<Layer> last) =>
        new(Seen(image, classes), [.. Convolutions(options, image, classes, spectral), .. last]);

    /// <summary>How the weight of a last layer begins.</summary>
    internal static Initializer Weights => s_weights;

    private static long[] Seen(ImageSize image, int classes) => classes > 0 ? [image.Pixels + classes] : [image.Channels, image.Height, image.Width];

    private static List<Layer> Convolutions(DcganOptions options, ImageSize image, int classes, double? spectral)
    {
        (_, int halvings) = Base(image);
        bool batchNorm = options.BatchNorm && spectral is null;
        List<Layer> layers = classes > 0 ? [new LabelPlanesLayer(image.Channels, image.Height, image.Width, classes)] : [];
        for (int layer = 0; layer < halvings; layer++)
        {
            bool bias = !options.BatchNorm || spectral is not null;
            layers.Add(SpectralLayer.Around(new ConvolutionLayer(Width(options.Channels, layer), 4, 2, 1) { Weight = s_weights, Bias = bias }, spectral));
            layers.AddRange([.. Normalized(batchNorm && layer > 0), s_leaky]);
        }

        return layers;
    }

    private static Layer[] Normalized(bool wanted) => wanted ? [new BatchNormLayer()] : [];

    private static int Width(int channels, int layer) => checked(channels << layer);

    /// <summary>The side that the layers begin or end with, and how often it doubles.</summary>
    private static (int Side, int Halvings) Base(ImageSize image)
    {
        int side = image.Height, halvings = 0;
        while (side > 7 && side % 2 == 0)
        {
            (side, halvings) = (side / 2, halvings + 1);
        }

        return image.Height == image.Width && side is >= 4 and <= 7 && halvings > 0
            ? (side, halvings)
            : throw new ArgumentException(
                $"Images of {image.Height}x{image.Width} do not fit a DCGAN, which doubles a side of 4 to 7: it takes squares such as 28x28, 32x32 and 64x64; use net: mlp.");
    }
}
