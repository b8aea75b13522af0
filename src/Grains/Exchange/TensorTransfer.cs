using Cluster.Contracts;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>
/// Puts tensors into messages: lent within a silo; between silos in wire format where they are small, and beside the messages, under
/// a ticket, where they are not. All ways carry the same bits.
/// </summary>
/// <param name="local">What this silo lends.</param>
/// <param name="bulk">The silo's bulk channel; null where it has none, so that everything travels in messages.</param>
public sealed class TensorTransfer(LocalTensors local, BulkChannel? bulk)
{
    /// <summary>Elements in one message at most: 4 MiB of float32, well under Orleans' limit of 100 MB a message.</summary>
    public const long ChunkElements = 1L << 20;

    /// <summary>The largest tensor that a frame may hold.</summary>
    internal const long MaximumFrameBytes = 64L << 20;

    /// <summary>The name of this silo.</summary>
    public string Silo => local.Silo;

    /// <summary>The silo's bulk channel; null where it has none.</summary>
    internal BulkChannel? Bulk => bulk;

    /// <summary>Prepares what work on a device makes for a receiver.</summary>
    /// <param name="tensor">Gives the tensor once <paramref name="made"/> has ended; at most 2 GiB where it goes to another silo, 64 MiB without a bulk channel.</param>
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

        // Queued right behind the work: what is queued next must not hold it up.
        return await device.RunAsync("transfer.pack", () =>
        {
            made.GetAwaiter().GetResult();
            Tensor plain = tensor().detach();
            return GoesBeside(plain) ? Offer(plain) : new Outgoing(new TensorMessage(Encode(plain), 0), null);
        });
    }

    /// <summary>Takes a tensor out of a message. One that travels beside it is on its way from now on.</summary>
    internal Incoming Receive(TensorMessage message) => new(message, local, bulk);

    /// <summary>Whether a tensor for another silo travels beside the messages.</summary>
    internal bool GoesBeside(Tensor tensor) => bulk is not null && GoesBeside(tensor.NumberOfElements * tensor.ElementSize);

    /// <inheritdoc cref="GoesBeside(Tensor)"/>
    internal bool GoesBeside(long bytes) => bulk is not null && bytes > 0 && bytes >= bulk.Options.Threshold;

    /// <summary>
    /// Offers a tensor to other silos: its own memory where it is contiguous and on the CPU, which must not change before it has
    /// been fetched, else a copy. On the device's thread.
    /// </summary>
    /// <param name="tensor">Up to 2 GiB.</param>
    internal Outgoing Offer(Tensor tensor)
    {
        (BulkOffer offer, TensorMessage message) = Promise(tensor, once: false);
        offer.Fill(0, offer.Bytes);
        return new Outgoing(message, offer);
    }

    /// <summary>The same for one receiver, and nothing of it is filled in yet: who fetches waits for it.</summary>
    internal (BulkOffer Offer, TensorMessage Message) Promise(Tensor tensor, bool once = true)
    {
        using HostTensor host = HostTensor.Of(tensor);
        TensorMemory memory = new(host.Value);
        BulkOffer offer = bulk!.Offer(memory.Memory, memory, once);
        return (offer, new TensorMessage(null, 0, new BulkTicket(bulk.Endpoint, offer.Id, 0, WireType.CodeOf(tensor.dtype), tensor.shape)));
    }

    private static byte[] Encode(Tensor tensor)
    {
        long bytes = tensor.NumberOfElements * tensor.ElementSize;
        return bytes <= MaximumFrameBytes
            ? TensorFrame.Encode(tensor)
            : throw new InputException(
                $"a tensor of {bytes >> 20} MiB is too large for one message between silos (at most {MaximumFrameBytes >> 20} MiB): use a smaller batch, or let the silos have their bulk channel");
    }

    /// <summary>The tensor itself where its memory can be shared, else a copy that is freed.</summary>
    private readonly record struct HostTensor(Tensor Value, Tensor? Copy) : IDisposable
    {
        public static HostTensor Of(Tensor tensor)
        {
            if (tensor.device_type == DeviceType.CPU && tensor.is_contiguous())
            {
                return new HostTensor(tensor, null);
            }

            using Tensor near = tensor.cpu();
            Tensor plain = near.contiguous();
            return new HostTensor(plain, plain);
        }

        public void Dispose() => Copy?.Dispose();
    }
}

/// <summary>A message on its way, with what it stands on where its bytes do not travel in it.</summary>
/// <param name="Message">What is sent.</param>
/// <param name="Held">The loan or the offer; null where the bytes travel in the message.</param>
internal sealed record Outgoing(TensorMessage Message, IDisposable? Held) : IDisposable
{
    /// <summary>Ends the loan or the offer.</summary>
    public void Dispose() => Held?.Dispose();
}
