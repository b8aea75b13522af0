using Cluster.Contracts;
using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>
/// Memory of a slice that other silos fetch update after update: offered once, under one id, whose rounds are the updates. So a ticket can
/// go out, and a fetch can wait at its source, long before there is anything to fetch; when there is, only the bytes travel.
/// </summary>
internal sealed class StandingOffer : IDisposable
{
    private readonly BulkOffer _offer;
    private readonly TensorMessage _message;

    /// <param name="transfer">The silo's.</param>
    /// <param name="memory">Contiguous, on the CPU. On its device's thread.</param>
    public StandingOffer(TensorTransfer transfer, Tensor memory) => (_offer, _message) = transfer.Promise(memory, once: false);

    /// <summary>What a receiver of an update fetches by.</summary>
    public TensorMessage Message(long update) => _message with { Bulk = _message.Bulk! with { Round = update } };

    /// <summary>Says that an update's bytes are there up to some; the memory must not change before they were fetched.</summary>
    public void Fill(long update, long upTo) => _offer.Fill(update, (int)upTo);

    /// <summary>The same of all of them.</summary>
    public void Fill(long update) => _offer.Fill(update, _offer.Bytes);

    /// <summary>Says that no more updates come; whoever waits for one learns why.</summary>
    public void Fail(Exception problem) => _offer.Fail(problem);

    /// <summary>Ends the offer.</summary>
    public void Dispose() => _offer.Dispose();
}

/// <summary>A contributor's gradient of one slice on offer to its shard on another silo, rounded on the way where the file asks for it.</summary>
internal sealed class GradientOffer : IDisposable
{
    private readonly Tensor _gradient;
    private readonly Tensor? _rounded;
    private readonly StandingOffer _offer;

    /// <param name="transfer">The silo's.</param>
    /// <param name="gradient">The slice's part of the flat gradient, on the CPU; it belongs to the offer.</param>
    /// <param name="wire">What it is rounded to; null where it travels as it is.</param>
    public GradientOffer(TensorTransfer transfer, Tensor gradient, ScalarType? wire)
    {
        _gradient = gradient.DetachFromDisposeScope();
        _rounded = wire is { } type ? empty(gradient.shape, type).DetachFromDisposeScope() : null;
        _offer = new StandingOffer(transfer, _rounded ?? _gradient);
    }

    /// <inheritdoc cref="StandingOffer.Message"/>
    public TensorMessage Message(long update) => _offer.Message(update);

    /// <summary>Lets an update's gradient go, which is final; on the device's thread.</summary>
    public void Send(long update)
    {
        if (_rounded is not null)
        {
            using IDisposable guard = no_grad();
            _rounded.copy_(_gradient);
        }

        _offer.Fill(update);
    }

    /// <summary>Ends the offer.</summary>
    public void Dispose()
    {
        _offer.Dispose();
        _rounded?.Dispose();
        _gradient.Dispose();
    }
}
