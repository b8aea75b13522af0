using Cluster.Contracts.Experiments;
using Cluster.Models.Autoencoders;
using Cluster.Models.Variational;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>The tensors of an encoder replica. Everything here runs on the device's thread.</summary>
internal sealed class EncoderReplica : IDisposable
{
    private readonly PieceReaders.Lease _pieces;
    private readonly Codes?[] _codes;
    private readonly SignalBook _book;
    private readonly List<PosteriorSums> _sums = [];
    private double _penalty;

    public EncoderReplica(CoderBlueprint blueprint, RunActor actor, DeviceThread device, SignalBook book)
    {
        _book = book;
        Blueprint = blueprint;
        Device = device;
        _pieces = blueprint.Readers.Get(actor, device);
        _codes = new Codes?[blueprint.Model.Microbatches];
        Parameters = new FlatParameters(blueprint.Coder.Encoder, device.Device, blueprint.Type);
        Codebook = blueprint.Coder.Codebook is { } layout ? new FlatParameters(layout, device.Device, blueprint.Type) : null;
    }

    public CoderBlueprint Blueprint { get; }

    public DeviceThread Device { get; }

    /// <summary>The time that its minibatches took, which its decoder may have read first.</summary>
    public InputClock Input => _pieces.Reader.Clock;

    public FlatParameters Parameters { get; }

    public FlatParameters? Codebook { get; }

    /// <summary>The codes of a piece with their graph; they last until <see cref="Learn"/>.</summary>
    public Codes Encode(long update, int piece)
    {
        _codes[piece]?.Dispose();
        Codes codes = Blueprint.Coder.Encode(Parameters, Codebook, _pieces.Reader.Read(update, piece)).Detach();
        if (Blueprint.Coder is Vae vae && Blueprint.IsReported(update))
        {
            Note(update, piece, PosteriorSums.Of(vae.Posterior, codes.Network!.Output));
        }

        return _codes[piece] = codes;
    }

    private void Note(long update, int piece, PosteriorSums sums)
    {
        if (piece == 0)
        {
            _sums.Clear();
        }

        _sums.Add(sums);
        if (_sums.Count == Blueprint.Model.Microbatches)
        {
            CodeSignals.Note(_book, update, _sums);
        }
    }

    /// <summary>Adds the gradient of a piece; pieces come in their order.</summary>
    /// <returns>The penalty of the update so far.</returns>
    public double Learn(int piece, Incoming weight, Incoming? codeGradient, Incoming? logLikelihood)
    {
        int pieces = Blueprint.Model.Microbatches;
        using Codes codes = _codes[piece]!;
        _codes[piece] = null;
        bool fresh = piece == 0 && codes.BeginsAnew;
        if (piece == 0)
        {
            if (!fresh)
            {
                Parameters.ZeroGradients();
            }

            Codebook?.ZeroGradients();
            _penalty = 0;
        }

        codes.Backward(weight.Open(Device.Device), codeGradient?.Open(Device.Device), logLikelihood?.Open(Device.Device), fresh);
        using IDisposable guard = no_grad();
        _penalty += codes.Penalty is { } penalty ? penalty.AsDouble() / pieces : 0;
        Codebook?.Gradients.sub_(codes.Statistics!);
        if (piece == pieces - 1)
        {
            // A moving average steps by value − statistic; a tied role takes the mean of twice as many gradients as it has replicas.
            Codebook?.Gradients.Add_(Codebook.Values);
            if (Blueprint.Coder.TiedWeights)
            {
                Parameters.Gradients.Mul_(2);
            }
        }

        return _penalty;
    }

    /// <summary>Codes to paint from: of the first training images where the model reconstructs, else from the prior.</summary>
    public Tensor CodesToPaint(int count, ulong seed)
    {
        using IDisposable guard = no_grad();
        CoderParameters parameters = new(Parameters, Parameters, Codebook);
        return CoderPictures.Reconstructs(Blueprint)
            ? Blueprint.Coder.Represent(parameters, CoderPictures.Images(Blueprint, Blueprint.Data, 0, count, Device.Device), null)
            : Blueprint.Coder.Prior(parameters, RandomStream.Named(seed, "sample", 0, 0, "latent"), count);
    }

    public void Dispose()
    {
        foreach (Codes? codes in _codes)
        {
            codes?.Dispose();
        }

        _pieces.Dispose();
        Parameters.Dispose();
        Codebook?.Dispose();
    }
}
