// A convolutional generator in BigGAN's manner.
//
// Brock, Donahue, Simonyan: "Large Scale GAN Training for High Fidelity Natural Image Synthesis", ICLR 2019, arXiv:1809.11096, section 3.
// One embedding of the class is shared by all layers; gain and shift of every batch normalization are linear functions of it (conditional
// batch normalization: de Vries et al. 2017, Dumoulin et al. 2017). With skip-z the noise is divided: its first piece makes the first
// feature map, each further one stands beside the embedding of one normalization. Here these stand on the layers of a DCGAN (Dcgan.cs) in
// place of residual blocks, so that they fit small images.
//
// Hyperparameters of the paper: embedding of 128, z of 20 for each piece, orthogonal first weights and orthogonal regularization of 1e-4
// (OrthogonalWeights.cs), spectral normalization in both networks, hinge objective, two discriminator updates for each of the
// generator, Adam (5e-5 generator, 2e-4 discriminator, 0, 0.999), batches of 2048, moving average of 0.9999, samples drawn with truncated z.
using System.Globalization;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Adversarial;

/// <summary>z, with its one-hot label behind it where there are classes, to images: (B, Z + K) to (B, D).</summary>
public sealed class BigGan : INetwork
{
    private const string Embedding = "embedding.weight";
    private const double EmbeddingDeviation = 0.02;
    private readonly BatchNormLayer _normalize = new() { Affine = false };
    private readonly Layer[] _layers;
    private readonly string[] _names;
    private readonly Layer[] _gains;
    private readonly long[] _channels;
    private readonly long[] _pieces;
    private readonly int _classes;
    private readonly int _embedded;
    private readonly ReshapeLayer _reshape;
    private readonly OutputKind _output;

    /// <summary>Lays out the network.</summary>
    /// <param name="options">Its shape.</param>
    /// <param name="latent">Elements of z; with skip-z at least one for each piece.</param>
    /// <param name="classes">Elements of the label, K; 0 for none.</param>
    /// <param name="image">What it makes.</param>
    /// <param name="output">The function after the last layer.</param>
    /// <param name="spectral">What the weights' spectral norm becomes; null where it is free.</param>
    /// <exception cref="ArgumentException">There is no such network for images of that size, no class to embed, or too little noise.</exception>
    public BigGan(DcganOptions options, int latent, int classes, ImageSize image, OutputKind output, double? spectral)
    {
        _output = output;
        _classes = classes;
        _embedded = options.ClassEmbedding;
        if (_embedded > 0 && classes == 0)
        {
            throw new ArgumentException("An embedding of the class needs classes.");
        }

        (_layers, _reshape, _channels) = Dcgan.Doublings(options, image, spectral);
        _names = [.. Enumerable.Range(0, _layers.Length).Select(layer => "layers." + layer.ToString(CultureInfo.InvariantCulture) + ".")];
        _pieces = Pieces(latent, options.SkipLatent ? _channels.Length : 0);
        long condition = _embedded + (options.SkipLatent ? _pieces[1] : 0);
        _gains = [.. _channels.Select(channels => SpectralLayer.Around(new LinearLayer(checked((int)channels)) { Bias = false }, spectral))];
        Inputs = latent + classes;
        Outputs = image.Pixels;
        Layout = new ParameterLayout(Specs(layer => layer.Parameters, condition)
            .Prepend(new ParameterSpec(Embedding, [Math.Max(classes, 1), Math.Max(_embedded, 1)], Initializer.Normal(0, EmbeddingDeviation)))
            .Where(spec => _embedded > 0 || spec.Name != Embedding));
        ParameterSpec[] memory = [.. Specs(layer => layer.Memory, condition)];
        Memory = memory.Length > 0 ? new ParameterLayout(memory) : null;
    }

    /// <inheritdoc/>
    public ParameterLayout Layout { get; }

    /// <inheritdoc/>
    public ParameterLayout? Memory { get; }

    /// <inheritdoc/>
    public long Inputs { get; }

    /// <inheritdoc/>
    public long Outputs { get; }

    /// <inheritdoc/>
    public bool RowsAreIndependent => false;

    /// <inheritdoc/>
    public Tensor Forward(FlatParameters parameters, Tensor x_BD) => Forward(new NetworkPass(parameters), x_BD);

    /// <inheritdoc/>
    public Tensor Forward(NetworkPass pass, Tensor x_BD)
    {
        Tensor? embedded_BE = _embedded > 0 ? x_BD.narrow(1, Inputs - _classes, _classes).mm(pass.Parameters[Embedding]) : null;
        Tensor h = _reshape.Apply(pass, "", _layers[0].Apply(pass, _names[0], x_BD.narrow(1, 0, _pieces[0])));
        long at = _pieces[0];
        for (int layer = 0; layer < _channels.Length; layer++)
        {
            Tensor? piece_BZ = _pieces.Length > 1 ? x_BD.narrow(1, at, _pieces[layer + 1]) : null;
            at += piece_BZ?.shape[1] ?? 0;
            Tensor condition_BC = embedded_BE is null ? piece_BZ! : piece_BZ is null ? embedded_BE : cat([embedded_BE, piece_BZ], 1);
            h = _layers[layer + 1].Apply(pass, _names[layer + 1], nn.functional.relu(Normalized(pass, layer, h, condition_BC)));
        }

        return Activation.ApplyOutput(_output, h.flatten(1));
    }

    /// <summary>Sizes of the pieces of z: equal ones for the normalizations, and what is left for the first layer.</summary>
    private static long[] Pieces(int latent, int normalizations)
    {
        int piece = latent / (normalizations + 1);
        return normalizations == 0
            ? [latent]
            : piece > 0
            ? [latent - (normalizations * piece), .. Enumerable.Repeat((long)piece, normalizations)]
            : throw new ArgumentException($"skip-z divides z into {normalizations + 1} pieces: latent must be at least {normalizations + 1}, but is {latent}.");
    }

    private static string Gain(int normalization) => "norms." + normalization.ToString(CultureInfo.InvariantCulture) + ".gain.";

    private static string Shift(int normalization) => "norms." + normalization.ToString(CultureInfo.InvariantCulture) + ".bias.";

    private Tensor Normalized(NetworkPass pass, int normalization, Tensor x, Tensor condition_BC)
    {
        long batch = x.shape[0], channels = _channels[normalization];
        Tensor gain = _gains[normalization].Apply(pass, Gain(normalization), condition_BC).view(batch, channels, 1, 1);
        Tensor shift = _gains[normalization].Apply(pass, Shift(normalization), condition_BC).view(batch, channels, 1, 1);
        return (_normalize.Apply(pass, Gain(normalization), x) * gain.Add(1)).Add(shift);
    }

    private IEnumerable<ParameterSpec> Specs(Func<Layer, Func<long[], IEnumerable<ParameterSpec>>> of, long condition)
    {
        long[] shape = [_pieces[0]];
        for (int layer = 0; layer < _layers.Length; layer++)
        {
            foreach (ParameterSpec spec in of(_layers[layer])(shape))
            {
                yield return spec with { Name = _names[layer] + spec.Name };
            }

            shape = layer == 0 ? _reshape.OutputShape(shape) : _layers[layer].OutputShape(shape);
        }

        for (int normalization = 0; normalization < _gains.Length; normalization++)
        {
            foreach (ParameterSpec spec in of(_gains[normalization])([condition]))
            {
                yield return spec with { Name = Gain(normalization) + spec.Name };
                yield return spec with { Name = Shift(normalization) + spec.Name };
            }
        }
    }
}
