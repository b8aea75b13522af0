using Cluster.Contracts;
using Cluster.Models.Autoencoders;
using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>
/// The pieces of a replica's minibatches, on one device's thread. Encoder and decoder read the same, of one reader where they share a thread.
/// </summary>
internal sealed class PieceReader : IDisposable
{
    private readonly CoderBlueprint _blueprint;
    private readonly int _replica;
    private readonly Minibatch _batch;
    private readonly Tensor _x_BD;
    private readonly Tensor[] _pieces;
    private Tensor? _labels;
    private long _update = -1;

    public PieceReader(CoderBlueprint blueprint, int replica, DeviceThread device)
    {
        _blueprint = blueprint;
        _replica = replica;
        (float low, float high) = CoderBlueprint.PixelRange;
        _batch = new Minibatch(blueprint, replica, low, high);
        _x_BD = zeros(blueprint.File.Batch, blueprint.Data.Pixels, blueprint.Type, device.Device).DetachFromDisposeScope();
        _pieces = [.. Enumerable.Range(0, blueprint.Model.Microbatches)
            .Select(piece => _x_BD.narrow(0, piece * blueprint.PieceRows, blueprint.PieceRows).DetachFromDisposeScope())];
    }

    /// <summary>The time that minibatches took.</summary>
    public InputClock Clock => _batch.Clock;

    /// <summary>A piece; its tensors last until another update is asked for.</summary>
    public BatchPiece Read(long update, int piece)
    {
        int rows = _blueprint.PieceRows;
        if (update != _update)
        {
            _update = -1;
            _batch.Fill(update, _x_BD);
            _labels?.Dispose();
            _labels = _blueprint.Coder.Classes > 0 ? _blueprint.OneHot(_batch.Labels, _x_BD.device)!.DetachFromDisposeScope() : null;
            _update = update;
        }

        return new BatchPiece(
            _pieces[piece], _labels?.narrow(0, piece * rows, rows), piece * rows, _blueprint.File.Batch, new NoiseName(_blueprint.Seed, _replica, update));
    }

    public void Dispose()
    {
        foreach (Tensor piece in _pieces)
        {
            piece.Dispose();
        }

        _labels?.Dispose();
        _x_BD.Dispose();
    }
}
