using System.Buffers.Binary;
using System.Numerics;

namespace Cluster.Numerics;

/// <summary>CRC-32C (Castagnoli, RFC 3720 appendix B.4), eight bytes an instruction where the processor has one.</summary>
internal static class Crc32C
{
    internal static uint Of(ReadOnlySpan<byte> bytes)
    {
        var crc = ~0u;
        for (; bytes.Length >= 8; bytes = bytes[8..]) crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var value in bytes) crc = BitOperations.Crc32C(crc, value);
        return ~crc;
    }
}
