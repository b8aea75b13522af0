using Cluster.Contracts;
using Cluster.Models.Autoencoders;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>The tensors of a decoder replica. Everything here runs on the device's thread.</summary>
internal sealed class DecoderReplica : IDisposable
{
    private readonly PieceReaders.Lease _pieces;
    private readonly Answer?[] _answers;
    private DecoderStep _figures;

    public DecoderReplica(CoderBlueprint blueprint, RunActor actor, DeviceThread device)
    {
        Blueprint = blueprint;
        Device = device;
        _pieces = blueprint.Readers.Get(actor, device);
        _answers = new Answer?[blueprint.Model.Microbatches];
        Parameters = new FlatParameters(blueprint.Coder.Decoder, device.Device, blueprint.Type);
        Encoder = blueprint.Coder.TiedWeights ? new FlatParameters(blueprint.Coder.Encoder, device.Device, blueprint.Type) : null;
    }

    public CoderBlueprint Blueprint { get; }

    public DeviceThread Device { get; }

    /// <summary>The time that its minibatches took, which its encoder may have read first.</summary>
    public InputClock Input => _pieces.Reader.Clock;

    public FlatParameters Parameters { get; }

    /// <summary>The encoder's parameters as the decoder knows them, with the decoder's share of their gradient; null where weights are not tied.</summary>
    public FlatParameters? Encoder { get; }

    /// <summary>Adds a piece's gradient; pieces come in their order. The answer lasts until the same piece of the next update.</summary>
    public DecodedPiece Decode(long update, int piece, Incoming codes, Incoming? term, Incoming? target)
    {
        int pieces = Blueprint.Model.Microbatches;
        if (piece == 0)
        {
            Encoder?.ZeroGradients();
            _figures = default;
        }

        _answers[piece]?.Dispose();
        Tensor? term_S = term?.Open(Device.Device);
        Answer answer = Blueprint.Coder.Decode(
            Parameters, Encoder, _pieces.Reader.Read(update, piece), codes.Open(Device.Device), term_S, target?.Open(Device.Device), fresh: piece == 0).Detach();
        _answers[piece] = answer;
        using IDisposable guard = no_grad();
        _figures = new DecoderStep(
            _figures.Loss + (answer.Loss.AsDouble() / pieces),
            _figures.Reconstruction - (answer.LogLikelihood.mean().AsDouble() / pieces),
            _figures.Rate - (term_S is null ? 0 : term_S.mean().AsDouble() / pieces));
        if (piece == pieces - 1)
        {
            Encoder?.Gradients.Mul_(2);
        }

        return new DecodedPiece(answer, _figures);
    }

    public void Dispose()
    {
        foreach (Answer? answer in _answers)
        {
            answer?.Dispose();
        }

        _pieces.Dispose();
        Parameters.Dispose();
        Encoder?.Dispose();
    }
}

/// <summary>A piece's answer, and the figures of the update so far.</summary>
internal sealed record DecodedPiece(Answer Answer, DecoderStep Figures);
