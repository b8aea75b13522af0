// Variational autoencoder with multilayer perceptrons, its importance weighted and conditional forms.
//
// Kingma, Welling: "Auto-Encoding Variational Bayes", ICLR 2014, arXiv:1312.6114. Burda, Grosse, Salakhutdinov: "Importance Weighted
// Autoencoders", ICLR 2016, arXiv:1509.00519. Higgins et al.: "beta-VAE", ICLR 2017. Sohn, Lee, Yan: "Learning Structured Output
// Representation using Deep Conditional Generative Models", NIPS 2015.
//
// Hyperparameters of examples/vae-mnist.yaml, those of Burda et al. for one stochastic layer: 784-200-200-50 with tanh, Bernoulli
// decoder, batches of 20 of dynamically binarized MNIST, Adam (1e-3 falling to 1e-4, 0.9, 0.999, epsilon 1e-4): 86.76 nats, and 84.78
// with 50 importance samples. The example takes batches of 100 at a constant 1e-3.
using Cluster.Models.Autoencoders;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Variational;

/// <summary>q(z|x) and p(x|z) as two halves. Holds no tensor.</summary>
public sealed class Vae : EncoderDecoder
{
    private readonly VaeOptions _options;
    private readonly Mlp _encoder;
    private readonly Mlp _decoder;

    /// <summary>Lays out both networks.</summary>
    /// <param name="options">Their shape.</param>
    /// <param name="inputs">Elements of one image, D, at least 1.</param>
    /// <exception cref="ArgumentException">Options that are out of range or do not go together.</exception>
    public Vae(VaeOptions options, long inputs)
    {
        options.Validate();
        _options = options;
        Inputs = inputs;
        Posterior = Posterior.Of(options.Posterior, options.Latent);
        _encoder = new Mlp(inputs + options.Classes, options.EncoderHidden, Posterior.Heads, options.EncoderActivation, OutputKind.Linear);
        _decoder = new Mlp(
            options.Latent + options.Classes, options.DecoderHidden, inputs * options.Likelihood.OutputsPerElement, options.DecoderActivation, OutputKind.Linear);
        Decoder = new ParameterLayout([.. _decoder.Layout.Slots.Select(slot => slot.Spec), .. options.Likelihood.Parameters]);
    }

    /// <summary>The family of q(z|x).</summary>
    public Posterior Posterior { get; }

    /// <inheritdoc/>
    public override ParameterLayout Encoder => _encoder.Layout;

    /// <inheritdoc/>
    public override ParameterLayout Decoder { get; }

    /// <inheritdoc/>
    public override long Inputs { get; }

    /// <inheritdoc/>
    public override int Latent => _options.Latent;

    /// <inheritdoc/>
    public override int Classes => _options.Classes;

    /// <inheritdoc/>
    public override Likelihood Likelihood => _options.Likelihood;

    /// <inheritdoc/>
    public override int Samples => _options.Samples;

    /// <inheritdoc/>
    public override BoundKind Bound => _options.Objective;

    /// <inheritdoc/>
    public override bool NeedsCodeGradient => _options.Estimator == GradientEstimator.Reparameterized;

    /// <inheritdoc/>
    public override bool HasTerm => true;

    /// <inheritdoc/>
    public override Codes Encode(FlatParameters encoder, FlatParameters? codebook, BatchPiece piece)
    {
        using DisposeScope scope = NewDisposeScope();
        MlpPass network = _encoder.Run(encoder, WithLabels(piece.X_BD, piece.Label_BC), ownsInput: piece.Label_BC is not null);
        Codes codes = Code(network.Output, network, piece);
        return codes.MoveToOuterDisposeScope();
    }

    private Codes Code(Tensor heads_BH, MlpPass network, BatchPiece piece)
    {
        Tensor noise_KBZ = Noise(piece, heads_BH);
        if (Posterior is DiagonalPosterior && _options is { Objective: BoundKind.Elbo, Estimator: GradientEstimator.Reparameterized } && DiagonalSample.Fits(heads_BH))
        {
            DiagonalSample sample = new(heads_BH, noise_KBZ, _options.Beta);
            return new Codes(sample.Code, piece) { Term = sample.Term, Network = network, HeadDerivative = sample };
        }

        heads_BH.requires_grad_(true);
        Tensor code_SZ = Posterior.Sample(heads_BH, noise_KBZ);
        if (_options.Objective == BoundKind.ImportanceWeighted)
        {
            Tensor ratio_S = Posterior.LogPrior(code_SZ) - Posterior.LogDensityOfSample(heads_BH, noise_KBZ);
            return new Codes(code_SZ, piece) { Term = ratio_S, Network = network };
        }

        Tensor term_B = Posterior.KullbackLeibler(heads_BH).Mul(-_options.Beta);
        Tensor term_S = _options.Samples == 1 ? term_B : term_B.repeat(_options.Samples);
        if (_options.Estimator == GradientEstimator.Reparameterized)
        {
            return new Codes(code_SZ, piece) { Term = term_S, Network = network };
        }

        Tensor fixed_SZ = code_SZ.detach();
        return new Codes(fixed_SZ, piece) { Term = term_S, LogDensity = Posterior.LogDensity(heads_BH, fixed_SZ), Network = network };
    }

    /// <summary>The posterior's numbers for each input, shape (B, H).</summary>
    public Tensor Heads(FlatParameters encoder, Tensor x_BD, Tensor? label_BC) => _encoder.Forward(encoder, WithLabels(x_BD, label_BC));

    /// <inheritdoc/>
    public override Tensor Represent(CoderParameters parameters, Tensor x_BD, Tensor? label_BC) =>
        Posterior.Mean(Heads(parameters.Encoder, x_BD, label_BC));

    /// <inheritdoc/>
    public override Tensor Prior(CoderParameters parameters, RandomStream stream, int count)
    {
        Tensor code = empty(count, Latent, parameters.Decoder.Values.dtype, parameters.Decoder.Values.device);
        stream.FillNormal(code);
        return code;
    }

    /// <inheritdoc/>
    public override Tensor Outputs(FlatParameters decoder, FlatParameters? encoder, Tensor code_SZ, Tensor? label_BC) =>
        _decoder.Forward(decoder, WithLabels(code_SZ, label_BC));

    private protected override MlpPass Run(FlatParameters decoder, Tensor code_SZ, Tensor? label_BC) => _decoder.Run(decoder, WithLabels(code_SZ, label_BC));

    /// <summary>Standard normal numbers (k, B, Z) that belong to the rows of the minibatch, however it is cut into pieces.</summary>
    private Tensor Noise(BatchPiece piece, Tensor like)
    {
        Tensor noise_KBZ = empty(_options.Samples, piece.Rows, Latent, like.dtype, like.device);
        RandomStream stream = piece.Noise.Stream("posterior");
        if (piece.Rows == piece.BatchRows)
        {
            stream.FillNormal(noise_KBZ);
            return noise_KBZ;
        }

        for (int sample = 0; sample < _options.Samples; sample++)
        {
            stream.Position = ((sample * piece.BatchRows) + piece.FirstRow) * Latent;
            using Tensor slice_BZ = noise_KBZ.select(0, sample);
            stream.FillNormal(slice_BZ);
        }

        return noise_KBZ;
    }
}
