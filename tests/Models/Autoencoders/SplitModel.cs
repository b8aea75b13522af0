using Cluster.Models.Autoencoders;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Tests;

/// <summary>Both halves of a model with parameters and a minibatch, trained as the actors train them: piece by piece, half by half.</summary>
internal sealed class SplitModel : IDisposable
{
    private readonly ScalarType _type;
    private readonly long _step;

    public SplitModel(EncoderDecoder model, int rows, ScalarType type = ScalarType.Float64, long step = 0)
    {
        (Model, _type, _step) = (model, type, step);
        Encoder = Parameters(model.Encoder, "encoder");
        Decoder = Parameters(model.Decoder, "decoder");
        Codebook = model.Codebook is { } layout ? Parameters(layout, "codebook") : null;
        X = empty(rows, model.Inputs, type);
        RandomStream.Named(3, "test", 0, 0, "x").FillUniform(X);
        if (model.Classes > 0)
        {
            Labels = nn.functional.one_hot(arange(rows, ScalarType.Int64).remainder(model.Classes), model.Classes).to(type);
        }
    }

    public EncoderDecoder Model { get; }

    public FlatParameters Encoder { get; }

    public FlatParameters Decoder { get; }

    public FlatParameters? Codebook { get; }

    public Tensor X { get; }

    public Tensor? Labels { get; }

    public CoderParameters All => new(Encoder, Decoder, Codebook);

    /// <summary>Gradients of both halves, added to what is there, over a number of equal pieces; the mean loss with penalties.</summary>
    public double Learn(int pieces = 1, long? noise = null)
    {
        double loss = 0;
        for (int i = 0; i < pieces; i++)
        {
            using DisposeScope scope = NewDisposeScope();
            BatchPiece piece = Piece(i, pieces, noise);
            using Codes codes = Model.Encode(Encoder, Codebook, piece);
            using Answer answer = Model.Decode(
                Decoder, Model.TiedWeights ? Encoder : null, piece, codes.Code.detach(), codes.Term?.detach(), codes.Target);
            codes.Backward(answer);
            loss += (answer.Loss.ToDouble() + (codes.Penalty is { } penalty ? penalty.detach().ToDouble() : 0)) / pieces;
        }

        return loss;
    }

    public BatchPiece Piece(int i = 0, int pieces = 1, long? noise = null)
    {
        long rows = X.shape[0] / pieces;
        return new BatchPiece(X.narrow(0, i * rows, rows), Labels?.narrow(0, i * rows, rows), i * rows, X.shape[0], new NoiseName(9, 0, noise ?? _step));
    }

    /// <summary>Compares the gradients of both halves with central differences of the loss.</summary>
    /// <param name="tolerance">Relative to 1 + |gradient|.</param>
    public void AssertGradients(double tolerance = 1e-6) => AssertStage([""], [""], tolerance);

    /// <summary>The same where only layers of these names learn: the gradients of all others are 0.</summary>
    public void AssertStage(string[] ofEncoder, string[] ofDecoder, double tolerance = 1e-6)
    {
        ZeroGradients();
        Learn();
        double[] encoder = Values(Encoder.Gradients), decoder = Values(Decoder.Gradients);
        AssertGradient(Encoder, encoder, tolerance, ofEncoder);
        AssertGradient(Decoder, decoder, tolerance, ofDecoder);
    }

    public void ZeroGradients()
    {
        Encoder.ZeroGradients();
        Decoder.ZeroGradients();
    }

    public static double[] Values(Tensor tensor)
    {
        using Tensor wide = tensor.detach().to(ScalarType.Float64);
        using Tensor plain = wide.contiguous();
        return plain.data<double>().ToArray();
    }

    public void Dispose()
    {
        Encoder.Dispose();
        Decoder.Dispose();
        Codebook?.Dispose();
        X.Dispose();
        Labels?.Dispose();
    }

    private void AssertGradient(FlatParameters parameters, double[] gradient, double tolerance, string[] trained)
    {
        const double h = 1e-5;
        for (int i = 0; i < gradient.Length; i++)
        {
            string name = parameters.Layout.Slots.Last(slot => slot.Offset <= i).Spec.Name;
            if (!trained.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)))
            {
                Assert.Equal(0, gradient[i]);
                continue;
            }

            double value = parameters.Values.AsDoubles()[i];
            parameters.Values.AsDoubles()[i] = value + h;
            double above = Learn();
            parameters.Values.AsDoubles()[i] = value - h;
            double below = Learn();
            parameters.Values.AsDoubles()[i] = value;
            Assert.Equal((above - below) / (2 * h), gradient[i], tolerance * (1 + Math.Abs(gradient[i])));
        }
    }

    private FlatParameters Parameters(ParameterLayout layout, string role)
    {
        FlatParameters parameters = new(layout, CPU, _type);
        parameters.Initialize(17, role);
        return parameters;
    }
}
