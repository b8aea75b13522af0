using System.Buffers.Binary;
using TorchSharp;

namespace Cluster.Numerics;

/// <summary>
/// The head of a tensor message, little-endian: magic "CTF1", version, dtype code, rank and a zero byte, then rank dimensions and the
/// payload's length as int64, then the payload's CRC-32C.
/// </summary>
internal sealed record TensorFrameHeader(torch.ScalarType DType, long[] Shape, int PayloadLength, uint Checksum)
{
    private const uint Magic = 0x31465443;
    private const byte Version = 1;
    private const int FixedLength = 8 + 8 + 4;

    /// <summary>Most dimensions that a tensor on the wire may have.</summary>
    internal const int MaxRank = 8;

    internal int Length => LengthOf(Shape.Length);

    internal static int LengthOf(int rank) => FixedLength + 8 * rank;

    internal void Write(Span<byte> into)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(into, Magic);
        into[4] = Version;
        into[5] = WireType.CodeOf(DType);
        into[6] = (byte)Shape.Length;
        into[7] = 0;
        for (var axis = 0; axis < Shape.Length; axis++) BinaryPrimitives.WriteInt64LittleEndian(into[(8 + 8 * axis)..], Shape[axis]);
        BinaryPrimitives.WriteInt64LittleEndian(into[(Length - 12)..], PayloadLength);
        BinaryPrimitives.WriteUInt32LittleEndian(into[(Length - 4)..], Checksum);
    }

    /// <summary>Reads and checks everything but the checksum.</summary>
    /// <exception cref="FrameFormatException">Anything does not fit.</exception>
    internal static TensorFrameHeader Read(ReadOnlySpan<byte> frame, long maxBytes)
    {
        if (frame.Length < FixedLength) throw new FrameFormatException($"Tensor message of {frame.Length} bytes: the shortest has {FixedLength}.");
        var magic = BinaryPrimitives.ReadUInt32LittleEndian(frame);
        if (magic != Magic) throw new FrameFormatException($"Tensor message begins with 0x{magic:X8} in place of 0x{Magic:X8} (\"CTF1\").");
        if (frame[4] != Version) throw new FrameFormatException($"Tensor message has version {frame[4]}; this program reads version {Version}.");
        if (!WireType.TryFromCode(frame[5], out var dtype)) throw new FrameFormatException($"Tensor message has the unknown dtype code {frame[5]}.");
        int rank = frame[6];
        if (rank > MaxRank) throw new FrameFormatException($"Tensor message has {rank} dimensions; at most {MaxRank} are allowed.");
        if (frame[7] != 0) throw new FrameFormatException($"Tensor message has {frame[7]} in its reserved byte, which must be 0.");
        var length = LengthOf(rank);
        if (frame.Length < length) throw new FrameFormatException($"Tensor message of {frame.Length} bytes ends within its head of {length}.");

        var shape = new long[rank];
        for (var axis = 0; axis < rank; axis++) shape[axis] = BinaryPrimitives.ReadInt64LittleEndian(frame[(8 + 8 * axis)..]);
        if (!ShapeSize.TryCount(shape, out var elements)) throw new FrameFormatException($"Tensor message has the impossible shape [{string.Join(", ", shape)}].");
        var payload = BinaryPrimitives.ReadInt64LittleEndian(frame[(length - 12)..]);
        if (elements > long.MaxValue / WireType.SizeOf(dtype) || payload != elements * WireType.SizeOf(dtype))
            throw new FrameFormatException($"Tensor message states {payload} payload bytes for {dtype} of shape [{string.Join(", ", shape)}].");
        if (payload > maxBytes) throw new FrameFormatException($"Tensor message has {payload} payload bytes; at most {maxBytes} are allowed here.");
        if (payload != frame.Length - length)
            throw new FrameFormatException($"Tensor message states {payload} payload bytes and carries {frame.Length - length}.");
        return new TensorFrameHeader(dtype, shape, (int)payload, BinaryPrimitives.ReadUInt32LittleEndian(frame[(length - 4)..]));
    }
}
