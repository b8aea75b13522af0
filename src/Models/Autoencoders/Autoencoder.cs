// Autoencoders: plain, tied, denoising, contractive, sparse, stacked; fully connected or convolutional.
//
// Hinton, Salakhutdinov: "Reducing the Dimensionality of Data with Neural Networks", Science 2006. Bengio et al.: "Greedy Layer-Wise
// Training of Deep Networks", NIPS 2007. Vincent et al.: "Extracting and Composing Robust Features with Denoising Autoencoders", ICML
// 2008, and JMLR 2010. Rifai et al.: "Contractive Auto-Encoders", ICML 2011.
//
// Hyperparameters of examples/autoencoder-mnist.yaml: 784-256-32 with ReLU, binary cross-entropy, Adam 1e-3, batches of 100.
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Autoencoders;

/// <summary>Codes and reconstructions as two halves. Holds no tensor.</summary>
public sealed class Autoencoder : EncoderDecoder
{
    private readonly AutoencoderOptions _options;
    private readonly MirroredCoder? _layers;
    private readonly LayerNetwork? _convolutions;
    private readonly LayerNetwork? _deconvolutions;

    /// <summary>Lays out both networks.</summary>
    /// <param name="options">Their shape.</param>
    /// <param name="channels">Channels of an image.</param>
    /// <param name="height">Rows of an image.</param>
    /// <param name="width">Columns of an image.</param>
    /// <exception cref="ArgumentException">Options that are out of range, or that do not go together or with the images.</exception>
    public Autoencoder(AutoencoderOptions options, int channels, int height, int width)
    {
        options.Validate();
        _options = options;
        Inputs = (long)channels * height * width;
        if (options.Network == AutoencoderNetwork.Convolutional)
        {
            (_convolutions, _deconvolutions) = ConvolutionalCoder.Pair(channels, height, width, options.Likelihood.OutputsPerElement, options.Code);
            Latent = (int)_convolutions.Outputs;
            Encoder = _convolutions.Layout;
            Decoder = new ParameterLayout([.. _deconvolutions.Layout.Slots.Select(slot => slot.Spec), .. options.Likelihood.Parameters]);
        }
        else
        {
            Latent = options.Latent;
            _layers = new MirroredCoder(
                Inputs, options.Hidden, options.Latent, options.Likelihood.OutputsPerElement, options.Activation, options.Code, options.Tied);
            Encoder = new ParameterLayout(_layers.Encoder);
            Decoder = new ParameterLayout([.. _layers.Decoder, .. options.Likelihood.Parameters]);
        }
    }

    /// <inheritdoc/>
    public override ParameterLayout Encoder { get; }

    /// <inheritdoc/>
    public override ParameterLayout Decoder { get; }

    /// <inheritdoc/>
    public override bool TiedWeights => _options.Tied;

    /// <inheritdoc/>
    public override long Inputs { get; }

    /// <inheritdoc/>
    public override int Latent { get; }

    /// <inheritdoc/>
    public override Likelihood Likelihood => _options.Likelihood;

    /// <summary>Which layer trains alone at an update, from 0; null once all train together.</summary>
    public int? GreedyLayer(long step) =>
        _layers is not null && _options.GreedySteps > 0 && step / _options.GreedySteps < _layers.Layers ? (int)(step / _options.GreedySteps) : null;

    /// <inheritdoc/>
    public override bool SendsTarget(long step) => GreedyLayer(step) > 0;

    /// <inheritdoc/>
    public override Codes Encode(FlatParameters encoder, FlatParameters? codebook, BatchPiece piece)
    {
        using DisposeScope scope = NewDisposeScope();
        int? greedy = GreedyLayer(piece.Noise.Step);
        int first = greedy ?? 0, end = greedy + 1 ?? _layers?.Layers ?? 0;
        Tensor clean_BH = piece.X_BD;
        using (no_grad())
        {
            clean_BH = first > 0 ? _layers!.Encode(encoder, clean_BH, 0, first) : clean_BH;
        }

        Tensor input_BH = Corruption.Apply(_options.Corruption, _options.CorruptionLevel, clean_BH, piece.Noise.Stream("corruption"), piece.FirstRow);
        bool closedForm = _layers is not null && first == 0 && end == 1 && _layers.Layers == 1 && _options.Code == OutputKind.Sigmoid;
        if (_options.Contraction > 0 && !closedForm)
        {
            input_BH = input_BH.detach().requires_grad_(true);
        }

        Tensor code_BZ = _layers is null ? _convolutions!.Forward(encoder, input_BH) : _layers.Encode(encoder, input_BH, first, end);
        Tensor? penalty = Penalty(encoder, code_BZ, input_BH, closedForm);
        return new Codes(code_BZ.MoveToOuterDisposeScope(), piece)
        {
            Penalty = penalty?.MoveToOuterDisposeScope(),
            Target = first > 0 ? clean_BH.MoveToOuterDisposeScope() : null,
        };
    }

    /// <inheritdoc/>
    public override Tensor Represent(CoderParameters parameters, Tensor x_BD, Tensor? label_BC) => _layers is null
        ? _convolutions!.Forward(parameters.Encoder, x_BD)
        : _layers.Encode(parameters.Encoder, x_BD, 0, _layers.Layers);

    /// <inheritdoc/>
    public override Tensor Outputs(FlatParameters decoder, FlatParameters? encoder, Tensor code_SZ, Tensor? label_BC) => _layers is null
        ? _deconvolutions!.Forward(decoder, code_SZ)
        : _layers.Decode(decoder, encoder, code_SZ, 0, _layers.Layers);

    private protected override Tensor LogDensity(
        FlatParameters decoder, FlatParameters? encoder, BatchPiece piece, Tensor code_SZ, Tensor? target_BH)
    {
        if (GreedyLayer(piece.Noise.Step) is not { } layer)
        {
            return base.LogDensity(decoder, encoder, piece, code_SZ, target_BH);
        }

        int mirror = _layers!.Layers - 1 - layer;
        Tensor outputs_BH = _layers.Decode(decoder, encoder, code_SZ, mirror, mirror + 1);
        return target_BH is null
            ? Likelihood.LogDensity(decoder, outputs_BH, piece.X_BD)
            : (outputs_BH - target_BH).Square().sum(-1).neg();
    }

    private Tensor? Penalty(FlatParameters encoder, Tensor code_BZ, Tensor input_BH, bool closedForm)
    {
        Tensor? contraction = _options.Contraction == 0
            ? null
            : (closedForm
                ? CodePenalty.ContractionOfSigmoid(code_BZ, encoder[MirroredCoder.Name(0, "weight")])
                : CodePenalty.Contraction(code_BZ, input_BH)).Mul(_options.Contraction);

        // The target is a mean activation of the last layer's sigmoid; layers that train alone before it have another function.
        bool bounded = _layers is null || code_BZ.shape[1] == Latent;
        Tensor? sparsity = _options.Sparsity switch
        {
            SparsityKind.L1 => CodePenalty.L1(code_BZ).Mul(_options.SparsityWeight),
            SparsityKind.KullbackLeibler when bounded => CodePenalty.Sparsity(code_BZ, _options.SparsityTarget).Mul(_options.SparsityWeight),
            _ => null,
        };
        return contraction is null ? sparsity : sparsity is null ? contraction : contraction.Add(sparsity);
    }
}
