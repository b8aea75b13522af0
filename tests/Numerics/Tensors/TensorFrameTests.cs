using System.Buffers.Binary;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Numerics.Tests;

public sealed class TensorFrameTests
{
    [Theory]
    [InlineData(ScalarType.Byte)]
    [InlineData(ScalarType.Int8)]
    [InlineData(ScalarType.Int16)]
    [InlineData(ScalarType.Int32)]
    [InlineData(ScalarType.Int64)]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float64)]
    public void Every_dtype_survives(ScalarType dtype)
    {
        using var counting = arange(24, ScalarType.Float32);
        using var typed = counting.to_type(dtype);
        using var tensor = typed.view(2, 3, 4);
        var frame = TensorFrame.Encode(tensor);
        Assert.Equal(TensorFrame.EncodedLength(tensor), frame.Length);
        Assert.Equal(TensorFrame.EncodedLength(dtype, [2, 3, 4]), frame.Length);

        using var decoded = TensorFrame.Decode(frame, CPU);
        Assert.Equal(dtype, decoded.dtype);
        Assert.Equal([2L, 3L, 4L], decoded.shape);
        Assert.True(decoded.AsBytes().SequenceEqual(tensor.AsBytes()));
    }

    [Fact]
    public void The_format_is_pinned()
    {
        using var tensor = Floats(1f, -2f);
        var frame = TensorFrame.Encode(tensor);
        byte[] head = [0x43, 0x54, 0x46, 0x31, 1, 8, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0];
        byte[] payload = [0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0];
        Assert.Equal(head, frame[..24]);
        Assert.Equal(payload, frame[28..]);
        Assert.Equal(BitwiseCrc32C(payload), BinaryPrimitives.ReadUInt32LittleEndian(frame.AsSpan(24)));
    }

    /// <summary>The check value that the catalogue of CRCs gives for CRC-32C.</summary>
    [Fact]
    public void Checksum_gives_the_published_value()
    {
        Assert.Equal(0xE3069283u, Crc32C.Of("123456789"u8));
        var bytes = Enumerable.Range(0, 1001).Select(i => (byte)(i * 7)).ToArray();
        Assert.Equal(BitwiseCrc32C(bytes), Crc32C.Of(bytes));
    }

    [Fact]
    public void Scalars_empty_and_strided_tensors_survive()
    {
        using var scalar = tensor(3.5f);
        using var decodedScalar = TensorFrame.Decode(TensorFrame.Encode(scalar), CPU);
        Assert.Empty(decodedScalar.shape);
        Assert.Equal(3.5f, decodedScalar.item<float>());

        using var none = zeros(0, 5);
        using var decodedNone = TensorFrame.Decode(TensorFrame.Encode(none), CPU);
        Assert.Equal([0L, 5L], decodedNone.shape);

        using var counting = arange(6, ScalarType.Float32);
        using var matrix = counting.view(2, 3);
        using var transposed = matrix.transpose(0, 1);
        using var decoded = TensorFrame.Decode(TensorFrame.Encode(transposed), CPU);
        Assert.Equal([0f, 3, 1, 4, 2, 5], decoded.AsFloats().ToArray());
    }

    [Fact]
    public void DecodeInto_fills_plain_and_strided_targets()
    {
        using var counting = arange(6, ScalarType.Float32);
        using var matrix = counting.view(3, 2);
        var frame = TensorFrame.Encode(matrix);
        using var plain = zeros(3, 2);
        TensorFrame.DecodeInto(frame, plain);
        Assert.Equal([0f, 1, 2, 3, 4, 5], plain.AsFloats().ToArray());

        using var storage = zeros(2, 3);
        using var strided = storage.transpose(0, 1);
        TensorFrame.DecodeInto(frame, strided);
        Assert.Equal([0f, 2, 4, 1, 3, 5], storage.AsFloats().ToArray());

        using var other = zeros(2, 3);
        Assert.Contains("[3, 2]", Assert.Throws<FrameFormatException>(() => TensorFrame.DecodeInto(frame, other)).Message);
        using var wide = zeros([3, 2], ScalarType.Float64);
        Assert.Contains("Float64", Assert.Throws<FrameFormatException>(() => TensorFrame.DecodeInto(frame, wide)).Message);
    }

    [Fact]
    public void EncodeInto_needs_room()
    {
        using var tensor = Floats(1f, -2f);
        var buffer = new byte[50];
        Assert.Equal(36, TensorFrame.EncodeInto(tensor, buffer));
        Assert.Equal(TensorFrame.Encode(tensor), buffer[..36]);
        Assert.Contains("36", Assert.Throws<ArgumentException>(() => TensorFrame.EncodeInto(tensor, new byte[35])).Message);
    }

    public static TheoryData<string, string> Damages => new()
    {
        { "short", "shortest" },
        { "magic", "0x31465443" },
        { "version", "version 9" },
        { "dtype", "dtype code 99" },
        { "rank", "9 dimensions" },
        { "reserved", "reserved byte" },
        { "head", "ends within its head" },
        { "negative", "impossible shape" },
        { "overflow", "impossible shape" },
        { "bytes overflow", "states 8 payload bytes" },
        { "length", "states 12 payload bytes" },
        { "cut", "carries 7" },
        { "long", "carries 9" },
        { "payload", "damaged" },
        { "checksum", "damaged" },
    };

    [Theory]
    [MemberData(nameof(Damages))]
    public void Damage_is_refused_before_anything_is_allocated(string damage, string said)
    {
        using var tensor = Floats(1f, -2f);
        var frame = TensorFrame.Encode(tensor);
        switch (damage)
        {
            case "short": frame = frame[..19]; break;
            case "magic": frame[0] ^= 1; break;
            case "version": frame[4] = 9; break;
            case "dtype": frame[5] = 99; break;
            case "rank": frame[6] = 9; break;
            case "reserved": frame[7] = 1; break;
            case "head": frame[6] = 8; break;
            case "negative": BinaryPrimitives.WriteInt64LittleEndian(frame.AsSpan(8), -2); break;
            case "overflow":
                frame = [.. frame[..6], 2, 0, .. BitConverter.GetBytes(1L << 40), .. BitConverter.GetBytes(1L << 40), .. frame[16..]];
                break;
            case "bytes overflow": BinaryPrimitives.WriteInt64LittleEndian(frame.AsSpan(8), (1L << 62) + 2); break;
            case "length": frame[16] = 12; break;
            case "cut": frame = frame[..^1]; break;
            case "long": frame = [.. frame, 0]; break;
            case "payload": frame[^1] ^= 1; break;
            case "checksum": frame[24] ^= 1; break;
        }

        var before = LiveTensors.Settled();
        Assert.Contains(said, Assert.Throws<FrameFormatException>(() => TensorFrame.Decode(frame, CPU)).Message);
        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void Limits_are_kept()
    {
        using var tensor = Floats(1f, -2f);
        Assert.Contains("at most 7", Assert.Throws<FrameFormatException>(() => TensorFrame.Decode(TensorFrame.Encode(tensor), CPU, 7)).Message);
        using var deep = zeros([1, 1, 1, 1, 1, 1, 1, 1, 1]);
        Assert.Contains("at most 8", Assert.Throws<ArgumentException>(() => TensorFrame.Encode(deep)).Message);
        Assert.Contains("2 GiB", Assert.Throws<ArgumentException>(() => TensorFrame.EncodedLength(ScalarType.Float32, [1L << 29])).Message);
        Assert.Contains("ComplexFloat32", Assert.Throws<ArgumentException>(() => TensorFrame.EncodedLength(ScalarType.ComplexFloat32, [1])).Message);
    }

    private static Tensor Floats(params float[] values) => tensor(values);

    private static uint BitwiseCrc32C(ReadOnlySpan<byte> bytes)
    {
        var crc = ~0u;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) * 0x82F63B78u);
        }

        return ~crc;
    }
}
