using Cluster.Contracts;
using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>What a ticket says of its tensor, checked before anything is allocated for it.</summary>
internal static class BulkTickets
{
    /// <summary>Element type and bytes.</summary>
    /// <exception cref="FrameFormatException">There is no such type or shape, or it is larger than allowed.</exception>
    public static (ScalarType Type, long Bytes) Size(BulkTicket ticket, long maximumBytes)
    {
        if (!WireType.TryFromCode(ticket.Type, out ScalarType type))
        {
            throw new FrameFormatException($"a bulk ticket of {ticket.Endpoint} has the unknown dtype code {ticket.Type}");
        }

        int size = WireType.SizeOf(type);
        if (!ShapeSize.TryCount(ticket.Shape, out long count) || count > maximumBytes / size)
        {
            throw new FrameFormatException($"a bulk ticket of {ticket.Endpoint} stands for {type} of shape [{string.Join(", ", ticket.Shape)}]; at most {maximumBytes} bytes are taken here");
        }

        return (type, count * size);
    }
}
