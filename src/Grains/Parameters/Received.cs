using Cluster.Contracts;
using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>Several tensors of one message.</summary>
internal static class Received
{
    /// <summary>Takes them; all are there when this ends.</summary>
    public static async Task<Incoming[]> All(IEnumerable<TensorMessage> messages, TensorTransfer transfer, DeviceThread device)
    {
        Incoming[] incoming = [.. messages.Select(transfer.Receive)];
        foreach (Incoming each in incoming)
        {
            await each.ReadyFor(device);
        }

        return incoming;
    }

    /// <summary>Opens them, into the dispose scope of the work that does.</summary>
    public static Tensor[] Open(IEnumerable<Incoming> incoming, DeviceThread device) => [.. incoming.Select(each => each.Open(device.Device))];
}
