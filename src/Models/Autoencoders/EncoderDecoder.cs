using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Autoencoders;

/// <summary>
/// A model of two halves that meet in codes and may sit on different devices. The encoder sends codes z and for each a term r; the
/// decoder, which reads the same inputs itself, computes the loss as a function of log p(x|z) + r, and answers with its derivatives by
/// z and r; the encoder propagates them back. The gradients are those of both halves in one graph. Holds no tensor.
/// </summary>
public abstract class EncoderDecoder
{
    /// <summary>The encoder's parameters.</summary>
    public abstract ParameterLayout Encoder { get; }

    /// <summary>The decoder's own parameters.</summary>
    public abstract ParameterLayout Decoder { get; }

    /// <summary>Moving averages that the encoder reads and feeds; null for none.</summary>
    public virtual ParameterLayout? Codebook => null;

    /// <summary>Whether the decoder computes with the encoder's parameters too and adds to their gradient.</summary>
    public virtual bool TiedWeights => false;

    /// <summary>Elements of one input, D.</summary>
    public abstract long Inputs { get; }

    /// <summary>Elements of one code, Z.</summary>
    public abstract int Latent { get; }

    /// <summary>Classes that condition both halves; 0 for none.</summary>
    public virtual int Classes => 0;

    /// <summary>How outputs measure inputs.</summary>
    public abstract Likelihood Likelihood { get; }

    /// <summary>Samples of z for each input while training, k.</summary>
    public virtual int Samples => 1;

    /// <summary>How the rows of one input are joined.</summary>
    public virtual BoundKind Bound => BoundKind.Elbo;

    /// <summary>Whether the encoder needs dL/dz.</summary>
    public virtual bool NeedsCodeGradient => true;

    /// <summary>Whether the encoder sends a term r.</summary>
    public virtual bool HasTerm => false;

    /// <summary>Whether the encoder sends what is to be reconstructed at an update.</summary>
    public virtual bool SendsTarget(long step) => false;

    /// <summary>What the encoder sends for a piece, with its graph. The caller owns it.</summary>
    /// <param name="encoder">Values of <see cref="Encoder"/>.</param>
    /// <param name="codebook">Values of <see cref="Codebook"/>; null where there is none.</param>
    /// <param name="piece">Inputs, labels, and the names of the noise.</param>
    public abstract Codes Encode(FlatParameters encoder, FlatParameters? codebook, BatchPiece piece);

    /// <summary>
    /// Adds the gradient of the piece's share of the loss to the decoder's flat gradient (and with <see cref="TiedWeights"/> to the
    /// encoder's), and gives what the encoder needs for its own.
    /// </summary>
    /// <param name="decoder">Values of <see cref="Decoder"/>.</param>
    /// <param name="encoder">Values of <see cref="Encoder"/> as the decoder knows them; null without <see cref="TiedWeights"/>.</param>
    /// <param name="piece">Inputs and labels; its noise is not used.</param>
    /// <param name="code_SZ">z, shape (S, Z), without graph.</param>
    /// <param name="term_S">r, shape (S), without graph; null for 0.</param>
    /// <param name="target_BH">What to reconstruct; null for the inputs.</param>
    /// <param name="fresh">Whether the decoder's flat gradient counts as 0, whatever it holds.</param>
    public Answer Decode(
        FlatParameters decoder, FlatParameters? encoder, BatchPiece piece, Tensor code_SZ, Tensor? term_S, Tensor? target_BH = null, bool fresh = false)
    {
        using DisposeScope scope = NewDisposeScope();
        if (target_BH is null && Likelihood is BernoulliLikelihood && Run(decoder, code_SZ, piece.Label_BC) is { } pass)
        {
            return Finish(pass, term_S, piece, fresh);
        }

        if (fresh)
        {
            decoder.ZeroGradients();
        }

        Tensor input_SZ = code_SZ.detach();
        if (NeedsCodeGradient)
        {
            input_SZ.requires_grad_(true);
        }

        Tensor likelihood_S = LogDensity(decoder, encoder, piece, input_SZ, target_BH);
        Tensor value_S = likelihood_S.detach();
        (Tensor loss, Tensor weight_S) = MonteCarloBound.Loss(Bound, value_S, term_S, piece.Rows, piece.Share);
        likelihood_S.backward([weight_S], retain_graph: false, create_graph: false, inputs: null);
        return new Answer(
            loss.MoveToOuterDisposeScope(),
            NeedsCodeGradient ? input_SZ.grad!.MoveToOuterDisposeScope() : null,
            weight_S.MoveToOuterDisposeScope(),
            value_S.MoveToOuterDisposeScope());
    }

    /// <summary>Codes that stand for inputs: means of the posterior, shape (B, Z).</summary>
    public abstract Tensor Represent(CoderParameters parameters, Tensor x_BD, Tensor? label_BC);

    /// <summary>E[x|z], shape (S, D).</summary>
    /// <param name="parameters">All parameters.</param>
    /// <param name="code_SZ">z, shape (S, Z).</param>
    /// <param name="label_BC">One-hot labels, shape (B, C), S a multiple of B; null without classes.</param>
    public Tensor Generate(CoderParameters parameters, Tensor code_SZ, Tensor? label_BC = null) =>
        Likelihood.Mean(Outputs(parameters.Decoder, parameters.Encoder, code_SZ, label_BC));

    /// <summary>Codes from the prior, shape (count, Z).</summary>
    /// <exception cref="NotSupportedException">The model has no prior.</exception>
    public virtual Tensor Prior(CoderParameters parameters, RandomStream stream, int count) =>
        throw new NotSupportedException("An autoencoder has no prior over its codes: it reconstructs, but draws no samples.");

    /// <summary>The decoder network's outputs, shape (S, D·outputs per element).</summary>
    public abstract Tensor Outputs(FlatParameters decoder, FlatParameters? encoder, Tensor code_SZ, Tensor? label_BC);

    /// <summary>log p(x|z), shape (S), with its graph; of <paramref name="target_BH"/> where the encoder sent one.</summary>
    private protected virtual Tensor LogDensity(
        FlatParameters decoder, FlatParameters? encoder, BatchPiece piece, Tensor code_SZ, Tensor? target_BH) =>
        Likelihood.LogDensity(decoder, Outputs(decoder, encoder, code_SZ, piece.Label_BC), piece.X_BD);

    /// <summary>The decoder's pass by hand, in the present dispose scope; null where only autograd knows the network's derivative.</summary>
    private protected virtual MlpPass? Run(FlatParameters decoder, Tensor code_SZ, Tensor? label_BC) => null;

    /// <summary>The likelihood and the backward pass by hand.</summary>
    private Answer Finish(MlpPass pass, Tensor? term_S, BatchPiece piece, bool fresh)
    {
        using IDisposable guard = no_grad();
        double? weight = MonteCarloBound.Weight(Bound, pass.Output.shape[0], piece.Rows, piece.Share);
        Tensor density_S = BernoulliLikelihood.Differentiate(pass.Output, piece.X_BD, weight ?? 1);
        (Tensor loss, Tensor weight_S) = MonteCarloBound.Loss(Bound, density_S, term_S, piece.Rows, piece.Share);
        Tensor? gradient_SZ = pass.Backward(weight is null ? pass.Output.mul_(weight_S.unsqueeze(1)) : pass.Output, NeedsCodeGradient, fresh);
        if (gradient_SZ is not null && Classes > 0)
        {
            gradient_SZ = gradient_SZ.narrow(1, 0, Latent).contiguous();
        }

        return new Answer(
            loss.MoveToOuterDisposeScope(), gradient_SZ?.MoveToOuterDisposeScope(), weight_S.MoveToOuterDisposeScope(), density_S.MoveToOuterDisposeScope());
    }

    /// <summary>Rows with their labels at the end, the labels repeated for each sample.</summary>
    private protected static Tensor WithLabels(Tensor rows_SX, Tensor? label_BC)
    {
        if (label_BC is null)
        {
            return rows_SX;
        }

        long samples = rows_SX.shape[0] / label_BC.shape[0];
        return cat([rows_SX, samples == 1 ? label_BC : label_BC.repeat(samples, 1)], 1);
    }
}
