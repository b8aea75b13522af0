using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Numerics;

/// <summary>
/// One tensor as a message: <see cref="TensorFrameHeader"/>, then the elements in row-major order, little-endian. A receiver refuses
/// whatever does not fit, checksum included, before it allocates.
/// </summary>
public static class TensorFrame
{
    /// <summary>Payload bytes that <see cref="Decode"/> takes unless told otherwise: 1 GiB.</summary>
    public const long DefaultMaxBytes = 1L << 30;

    /// <summary>Bytes that <see cref="Encode(Tensor)"/> gives for a tensor of that dtype and shape.</summary>
    /// <exception cref="ArgumentException">The dtype or shape cannot be sent.</exception>
    public static int EncodedLength(ScalarType dtype, ReadOnlySpan<long> shape)
    {
        if (shape.Length > TensorFrameHeader.MaxRank)
            throw new ArgumentException($"A tensor with {shape.Length} dimensions cannot be sent; at most {TensorFrameHeader.MaxRank} are allowed.");
        var head = TensorFrameHeader.LengthOf(shape.Length);
        WireType.CodeOf(dtype);
        if (!ShapeSize.TryCount(shape, out var elements) || elements > (Array.MaxLength - head) / WireType.SizeOf(dtype))
            throw new ArgumentException($"A {dtype} tensor of shape [{string.Join(", ", shape.ToArray())}] does not fit one message of 2 GiB; send it in pieces.");
        return head + (int)elements * WireType.SizeOf(dtype);
    }

    /// <summary>Bytes that <see cref="Encode(Tensor)"/> gives for this tensor.</summary>
    /// <exception cref="ArgumentException">The dtype or shape cannot be sent.</exception>
    public static int EncodedLength(Tensor tensor) => EncodedLength(tensor.dtype, tensor.shape);

    /// <summary>The tensor, from any device, contiguous or not, as a message.</summary>
    /// <exception cref="ArgumentException">The dtype or shape cannot be sent.</exception>
    public static byte[] Encode(Tensor tensor)
    {
        var frame = GC.AllocateUninitializedArray<byte>(EncodedLength(tensor));
        EncodeInto(tensor, frame);
        return frame;
    }

    /// <summary>Writes the message into a buffer of one's own and says how many bytes it took.</summary>
    /// <exception cref="ArgumentException">The dtype or shape cannot be sent, or the buffer is too short.</exception>
    public static int EncodeInto(Tensor tensor, Span<byte> frame)
    {
        var shape = tensor.shape;
        var length = EncodedLength(tensor.dtype, shape);
        if (frame.Length < length) throw new ArgumentException($"The message takes {length} bytes; the buffer has {frame.Length}.");
        var head = TensorFrameHeader.LengthOf(shape.Length);
        var payload = frame[head..length];
        CopyOut(tensor, payload);
        new TensorFrameHeader(tensor.dtype, shape, payload.Length, Crc32C.Of(payload)).Write(frame);
        return length;
    }

    /// <summary>The tensor that a message carries, new and owned by the caller.</summary>
    /// <param name="frame">The whole message and nothing after it.</param>
    /// <param name="device">Where the tensor is wanted.</param>
    /// <param name="maxBytes">Most payload bytes to accept.</param>
    /// <exception cref="FrameFormatException">The message is malformed, damaged or too large.</exception>
    public static Tensor Decode(ReadOnlySpan<byte> frame, Device device, long maxBytes = DefaultMaxBytes)
    {
        var header = Checked(frame, maxBytes);
        var tensor = empty(header.Shape, header.DType);
        frame[header.Length..].CopyTo(tensor.AsBytes());
        return device.type == DeviceType.CPU ? tensor : tensor.to(device, disposeAfter: true);
    }

    /// <summary>Copies what a message carries into a tensor of the same dtype and shape, on any device.</summary>
    /// <exception cref="FrameFormatException">The message is malformed or damaged, or dtype or shape differ.</exception>
    public static void DecodeInto(ReadOnlySpan<byte> frame, Tensor into)
    {
        var header = Checked(frame, long.MaxValue);
        if (header.DType != into.dtype || !header.Shape.AsSpan().SequenceEqual(into.shape))
            throw new FrameFormatException($"Tensor message carries {header.DType} of shape [{string.Join(", ", header.Shape)}]; "
                + $"wanted is {into.dtype} of shape [{string.Join(", ", into.shape)}].");
        if (into.device_type == DeviceType.CPU && into.is_contiguous())
        {
            frame[header.Length..].CopyTo(into.AsBytes());
            return;
        }

        using var guard = no_grad();
        using var staged = empty(header.Shape, header.DType);
        frame[header.Length..].CopyTo(staged.AsBytes());
        into.copy_(staged);
    }

    private static TensorFrameHeader Checked(ReadOnlySpan<byte> frame, long maxBytes)
    {
        var header = TensorFrameHeader.Read(frame, maxBytes);
        var actual = Crc32C.Of(frame[header.Length..]);
        return actual == header.Checksum
            ? header
            : throw new FrameFormatException($"Tensor message was damaged: its payload has CRC-32C 0x{actual:X8}, its head says 0x{header.Checksum:X8}.");
    }

    private static void CopyOut(Tensor tensor, Span<byte> payload)
    {
        using var plain = HostCopy.Of(tensor);
        plain.Tensor.AsBytes().CopyTo(payload);
    }
}
