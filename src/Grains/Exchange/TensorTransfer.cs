using Cluster.Contracts;
using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>
/// Puts tensors into messages and takes them out: lent within a silo, in wire format between silos.
/// Both ways carry the same bits.
/// </summary>
public sealed class TensorTransfer(LocalTensors local)
{
    /// <summary>Elements in one message at most: 4 MiB of float32, well under Orleans' limit of 100 MB a message.</summary>
    public const long ChunkElements = 1L << 20;

    /// <summary>The largest tensor that a frame may claim to hold.</summary>
    private const long MaximumFrameBytes = 64L << 20;

    /// <summary>The name of this silo.</summary>
    public string Silo => local.Silo;

    /// <summary>Prepares a tensor for a receiver. Call it on the tensor's device thread.</summary>
    /// <param name="tensor">Any shape; at most 64 MiB where the receiver is on another silo.</param>
    /// <param name="receiverSilo">Where the receiver is.</param>
    /// <returns>The message with its loan, to be disposed of when the receiver has answered.</returns>
    public Outgoing Pack(Tensor tensor, string receiverSilo)
    {
        if (receiverSilo == Silo)
        {
            LocalTensors.Loan loan = local.Lend(tensor);
            return new Outgoing(new TensorMessage(null, loan.Ticket), loan);
        }

        long bytes = tensor.NumberOfElements * tensor.ElementSize;
        if (bytes > MaximumFrameBytes)
        {
            throw new InputException(
                $"a tensor of {bytes >> 20} MiB is too large for one message between silos (at most {MaximumFrameBytes >> 20} MiB): use a smaller batch");
        }

        return new Outgoing(new TensorMessage(TensorFrame.Encode(tensor), 0), null);
    }

    /// <summary>Copies a message's tensor into memory of the same shape. Call it on that memory's device thread.</summary>
    public void Unpack(TensorMessage message, Tensor into)
    {
        if (message.Frame is { } frame)
        {
            TensorFrame.DecodeInto(frame, into);
            return;
        }

        using Tensor borrowed = local.Borrow(message.Ticket);
        using (no_grad())
        {
            into.copy_(borrowed);
        }
    }

    /// <summary>A message's tensor without copying where it is lent; the caller disposes of it. Call it on the device thread.</summary>
    public Tensor Open(TensorMessage message, Device device) =>
        message.Frame is { } frame
            ? TensorFrame.Decode(frame, device, MaximumFrameBytes)
            : local.Borrow(message.Ticket);
}

/// <summary>A message on its way, with the loan behind it where the receiver is on the same silo.</summary>
/// <param name="Message">What is sent.</param>
/// <param name="Loan">What it stands on; null where the bytes travel.</param>
public sealed record Outgoing(TensorMessage Message, LocalTensors.Loan? Loan) : IDisposable
{
    /// <summary>Ends the loan.</summary>
    public void Dispose() => Loan?.Dispose();
}
