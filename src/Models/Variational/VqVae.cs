// Vector-quantized VAE with multilayer perceptrons.
//
// van den Oord, Vinyals, Kavukcuoglu: "Neural Discrete Representation Learning", NIPS 2017, arXiv:1711.00937. A code is G vectors of d
// elements, each replaced by the nearest of K codebook vectors. Gradients pass straight through the replacement; a commitment term
// keeps the encoder near the codebook; the codebook follows by moving averages (appendix A.1). The paper has K = 512, a commitment of
// 0.25 and a decay of 0.99.
using Cluster.Models.Autoencoders;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Variational;

/// <summary>What shapes a VQ-VAE.</summary>
public sealed record VqVaeOptions
{
    /// <summary>Vectors in one code, G.</summary>
    public int Vectors { get; init; } = 16;

    /// <summary>Elements of a vector, d.</summary>
    public int Width { get; init; } = 8;

    /// <summary>Vectors in the codebook, K.</summary>
    public int Codebook { get; init; } = 128;

    /// <summary>What multiplies ‖z − e‖², at least 0.</summary>
    public double Commitment { get; init; } = 0.25;

    /// <summary>Units of the encoder's hidden layers.</summary>
    public IReadOnlyList<int> EncoderHidden { get; init; } = [200, 200];

    /// <summary>Units of the decoder's hidden layers.</summary>
    public IReadOnlyList<int> DecoderHidden { get; init; } = [200, 200];

    /// <summary>Function after the encoder's hidden layers.</summary>
    public Activation EncoderActivation { get; init; } = new(ActivationKind.Relu);

    /// <summary>Function after the decoder's hidden layers.</summary>
    public Activation DecoderActivation { get; init; } = new(ActivationKind.Relu);

    /// <summary>p(x|z).</summary>
    public Likelihood Likelihood { get; init; } = new BernoulliLikelihood();
}

/// <summary>The two halves and the codebook between them. Holds no tensor.</summary>
public sealed class VqVae : EncoderDecoder
{
    /// <summary>Moving average of how often a codebook vector was the nearest, shape (K).</summary>
    public const string CountName = "count";

    /// <summary>Moving average of the sum of what it stood for, shape (K, d): the vector is sum/count.</summary>
    public const string SumName = "sum";

    private const double Smoothing = 1e-5;

    private readonly VqVaeOptions _options;
    private readonly Mlp _encoder;
    private readonly Mlp _decoder;

    /// <summary>Lays out both networks and the codebook.</summary>
    /// <exception cref="ArgumentException">Options that are out of range.</exception>
    public VqVae(VqVaeOptions options, long inputs)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Vectors, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Codebook, 1);
        if (!(double.IsFinite(options.Commitment) && options.Commitment >= 0))
        {
            throw new ArgumentException($"commitment {options.Commitment}: a penalty must be at least 0.");
        }

        _options = options;
        Inputs = inputs;
        _encoder = new Mlp(inputs, options.EncoderHidden, Latent, options.EncoderActivation, OutputKind.Linear);
        _decoder = new Mlp(Latent, options.DecoderHidden, inputs * options.Likelihood.OutputsPerElement, options.DecoderActivation, OutputKind.Linear);
        Decoder = new ParameterLayout([.. _decoder.Layout.Slots.Select(slot => slot.Spec), .. options.Likelihood.Parameters]);
        Codebook = new ParameterLayout(
        [
            new ParameterSpec(CountName, [options.Codebook], Initializer.Ones),
            new ParameterSpec(SumName, [options.Codebook, options.Width], Initializer.Normal(0, 0.1)),
        ]);
    }

    /// <inheritdoc/>
    public override ParameterLayout Encoder => _encoder.Layout;

    /// <inheritdoc/>
    public override ParameterLayout Decoder { get; }

    /// <inheritdoc/>
    public override ParameterLayout Codebook { get; }

    /// <inheritdoc/>
    public override long Inputs { get; }

    /// <inheritdoc/>
    public override int Latent => _options.Vectors * _options.Width;

    /// <inheritdoc/>
    public override Likelihood Likelihood => _options.Likelihood;

    /// <inheritdoc/>
    public override Codes Encode(FlatParameters encoder, FlatParameters? codebook, BatchPiece piece)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor code_BZ = _encoder.Forward(encoder, piece.X_BD);
        Tensor nearest_N, quantized_BZ, statistics;
        using (no_grad())
        {
            Tensor vectors_ND = code_BZ.detach().view(-1, _options.Width);
            (nearest_N, quantized_BZ) = Quantize(codebook!, vectors_ND);
            Tensor chosen_NK = nn.functional.one_hot(nearest_N, _options.Codebook).to(code_BZ.dtype);
            statistics = cat([chosen_NK.sum(0L), chosen_NK.t().mm(vectors_ND).view(-1)]);
        }

        Tensor apart_BZ = code_BZ - quantized_BZ;
        Tensor? penalty = _options.Commitment == 0 ? null : apart_BZ.Square().sum().Mul(_options.Commitment / piece.Rows);
        Tensor through_BZ = code_BZ - apart_BZ.detach();
        return new Codes(through_BZ.MoveToOuterDisposeScope(), piece)
        {
            Penalty = penalty?.MoveToOuterDisposeScope(),
            Statistics = statistics.MoveToOuterDisposeScope(),
        };
    }

    /// <summary>The codebook's vectors, shape (K, d): sum over count, the count smoothed so that an unused vector stays finite.</summary>
    public Tensor Vectors(FlatParameters codebook)
    {
        Tensor count_K = codebook[CountName].detach();
        Tensor total = count_K.sum();
        Tensor smooth_K = count_K.Add(Smoothing) * (total / total.Add(_options.Codebook * Smoothing));
        return codebook[SumName].detach() / smooth_K.unsqueeze(1);
    }

    /// <inheritdoc/>
    public override Tensor Represent(CoderParameters parameters, Tensor x_BD, Tensor? label_BC) =>
        Quantize(parameters.Codebook!, _encoder.Forward(parameters.Encoder, x_BD).detach().view(-1, _options.Width)).Quantized;

    /// <summary>G codebook vectors drawn independently by how often each is used. (The paper fits a PixelCNN over the indices.)</summary>
    /// <inheritdoc/>
    public override Tensor Prior(CoderParameters parameters, RandomStream stream, int count)
    {
        Tensor cumulative_K = parameters.Codebook![CountName].detach().to(ScalarType.Float64).cpu().cumsum(0);
        Tensor drawn_N = empty(count * _options.Vectors, ScalarType.Float64);
        stream.FillUniform(drawn_N);
        Tensor index_N = searchsorted(cumulative_K, drawn_N * cumulative_K[-1], right: true).Clamp_(0, _options.Codebook - 1);
        return Vectors(parameters.Codebook).index_select(0, index_N.to(parameters.Codebook.Values.device)).view(count, Latent);
    }

    /// <inheritdoc/>
    public override Tensor Outputs(FlatParameters decoder, FlatParameters? encoder, Tensor code_SZ, Tensor? label_BC) =>
        _decoder.Forward(decoder, code_SZ);

    private (Tensor Nearest, Tensor Quantized) Quantize(FlatParameters codebook, Tensor vectors_ND)
    {
        // ‖z − e‖² without ‖z‖², which is the same for all e.
        Tensor book_KD = Vectors(codebook);
        Tensor nearest_N = (book_KD.Square().sum(1) - vectors_ND.mm(book_KD.t()).Mul(2)).argmin(1);
        return (nearest_N, book_KD.index_select(0, nearest_N).view(-1, Latent));
    }
}
