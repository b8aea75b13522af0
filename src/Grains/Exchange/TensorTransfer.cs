using Cluster.Contracts;
using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>
/// Puts tensors into messages: lent within a silo, in wire format between silos. Both ways carry the same bits.
/// </summary>
public sealed class TensorTransfer(LocalTensors local)
{
    /// <summary>Elements in one message at most: 4 MiB of float32, well under Orleans' limit of 100 MB a message.</summary>
    public const long ChunkElements = 1L << 20;

    /// <summary>The largest tensor that a frame may hold.</summary>
    internal const long MaximumFrameBytes = 64L << 20;

    /// <summary>The name of this silo.</summary>
    public string Silo => local.Silo;

    /// <summary>Prepares what work on a device makes for a receiver.</summary>
    /// <param name="tensor">Gives the tensor once <paramref name="made"/> has ended; at most 64 MiB where it goes to another silo.</param>
    /// <param name="made">The work, as the device's thread gave it. Where the receiver is on this silo, nobody waits for it.</param>
    /// <param name="device">The thread that the tensor belongs to.</param>
    /// <param name="receiverSilo">Where the receiver is.</param>
    internal async ValueTask<Outgoing> Pack(Func<Tensor> tensor, Task made, DeviceThread device, string receiverSilo)
    {
        if (receiverSilo == Silo)
        {
            LocalTensors.Loan loan = local.Lend(tensor, made, device);
            return new Outgoing(new TensorMessage(null, loan.Ticket), loan);
        }

        await made;
        byte[] frame = await device.RunAsync(() => Encode(tensor()));
        return new Outgoing(new TensorMessage(frame, 0), null);
    }

    /// <summary>Takes a tensor out of a message.</summary>
    internal Incoming Receive(TensorMessage message) => new(message, local);

    private static byte[] Encode(Tensor tensor)
    {
        long bytes = tensor.NumberOfElements * tensor.ElementSize;
        return bytes <= MaximumFrameBytes
            ? TensorFrame.Encode(tensor.detach())
            : throw new InputException(
                $"a tensor of {bytes >> 20} MiB is too large for one message between silos (at most {MaximumFrameBytes >> 20} MiB): use a smaller batch");
    }
}

/// <summary>A message on its way, with the loan behind it where the receiver is on the same silo.</summary>
/// <param name="Message">What is sent.</param>
/// <param name="Loan">What it stands on; null where the bytes travel.</param>
internal sealed record Outgoing(TensorMessage Message, LocalTensors.Loan? Loan) : IDisposable
{
    /// <summary>Ends the loan.</summary>
    public void Dispose() => Loan?.Dispose();
}
