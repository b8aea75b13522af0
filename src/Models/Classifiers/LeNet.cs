// LeNet, in the variant with rectifiers and max pooling.
//
// LeCun, Bottou, Bengio, Haffner: "Gradient-based learning applied to document recognition", Proceedings of the IEEE 86 (1998).
// LeNet-5 has convolutions of 5x5 to 6 and 16 channels, each followed by trainable subsampling of 2x2, then layers of 120 and 84
// units, sigmoidal functions and radial basis outputs. The variant here is what is called LeNet today: rectifiers in place of
// sigmoids, 2x2 max pooling in place of subsampling, every map of a convolution connected to all maps before it, and softmax outputs
// with cross entropy. The first convolution is padded, so that 28x28 stands for the paper's 32x32.
//
// Hyperparameters of examples/classifier-mnist.yaml: channels of 20 and 50, which is LeNet as Caffe has it, layers of 120 and 84,
// Adam (1e-3), batches of 64.
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Classifiers;

/// <summary>What shapes the network; sizes of images and the number of classes come from the data.</summary>
public sealed record LeNetOptions
{
    /// <summary>Channels of each convolution, at least one.</summary>
    public IReadOnlyList<int> Channels { get; init; } = [6, 16];

    /// <summary>Side of the convolutions' kernels, odd.</summary>
    public int Kernel { get; init; } = 5;

    /// <summary>Units of the layers behind the convolutions, at least one; the last are the features.</summary>
    public IReadOnlyList<int> Hidden { get; init; } = [120, 84];
}

/// <summary>What an update saw; means over the batch.</summary>
/// <param name="Loss">Cross entropy, in nats.</param>
/// <param name="Accuracy">Share of images whose most probable class is their own.</param>
public readonly record struct ClassifierReport(double Loss, double Accuracy);

/// <summary>The network from images to the logits of their classes. Holds no tensor.</summary>
public sealed class LeNet
{
    private static readonly ActivationLayer s_relu = new(new Activation(ActivationKind.Relu));

    /// <summary>Lays out the network.</summary>
    /// <param name="options">Its shape.</param>
    /// <param name="image">Size of an image.</param>
    /// <param name="classes">Classes, C, at least 2.</param>
    /// <exception cref="ArgumentException">The convolutions do not fit the images, or a size is out of range.</exception>
    public LeNet(LeNetOptions options, ImageSize image, int classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);
        if (options.Channels.Count == 0 || options.Hidden.Count == 0 || options.Kernel % 2 == 0)
        {
            throw new ArgumentException("A LeNet has at least one convolution, at least one hidden layer, and kernels of an odd side.", nameof(options));
        }

        List<Layer> layers = [];
        foreach (int channels in options.Channels)
        {
            layers.AddRange([new ConvolutionLayer(channels, options.Kernel, Padding: layers.Count == 0 ? options.Kernel / 2 : 0), s_relu, new MaxPoolLayer(2, 2)]);
        }

        foreach (int units in options.Hidden)
        {
            layers.AddRange([new LinearLayer(units), s_relu]);
        }

        long[] input = [image.Channels, image.Height, image.Width];
        Features = new LayerNetwork(input, layers);
        Network = new LayerNetwork(input, [.. layers, new LinearLayer(classes)]);
        Head = layers.Count;
    }

    /// <summary>Images (B, D), with pixels from 0 to 1, to logits (B, C).</summary>
    public LayerNetwork Network { get; }

    /// <summary>Images (B, D) to features (B, F): the network without its last layer. It takes the parameters of <see cref="Network"/>.</summary>
    public LayerNetwork Features { get; }

    /// <summary>Place of the last layer: what its parameters' names begin with.</summary>
    public int Head { get; }

    /// <summary>Adds the gradient of the mean cross entropy to the flat gradient.</summary>
    /// <param name="parameters">Of <see cref="Network"/>.</param>
    /// <param name="x_BD">Images with pixels from 0 to 1.</param>
    /// <param name="label_B">Their classes from 0, int64.</param>
    /// <param name="parts">Where given, this is the first part; the others follow with its <see cref="PassParts.Backward"/>.</param>
    public ClassifierReport Step(FlatParameters parameters, Tensor x_BD, Tensor label_B, PassParts? parts = null)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor logits_BC = Network.Forward(new NetworkPass(parameters, Parts: parts), x_BD);
        Tensor loss = nn.functional.cross_entropy(logits_BC, label_B);
        loss.backward();
        using IDisposable guard = no_grad();
        return new ClassifierReport(loss.AsDouble(), Right(logits_BC, label_B) / (double)label_B.shape[0]);
    }

    /// <summary>How many images are most probably what they are.</summary>
    private static long Right(Tensor logits_BC, Tensor label_B) => logits_BC.argmax(1).eq(label_B).sum().AsInt64();
}
