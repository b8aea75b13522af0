using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Cluster.Numerics;

/// <summary>
/// CRC-32C (Castagnoli, RFC 3720 appendix B.4), eight bytes an instruction where the processor has one. The instruction answers
/// after three cycles and can begin every cycle, so long inputs go in three lanes that are put together again by shifting, as a
/// checksum is linear over GF(2) (M. Adler's crc32c.c).
/// </summary>
public static class Crc32C
{
    private const int Lane = 2048;

    private static readonly uint[] PastOneLane = ShiftTable();

    /// <summary>The checksum of these bytes.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes) => Append(0, bytes);

    /// <summary>The checksum of earlier bytes, followed by these; that of none is 0.</summary>
    public static uint Append(uint checksum, ReadOnlySpan<byte> bytes)
    {
        var crc = ~checksum;
        for (; bytes.Length >= 3 * Lane; bytes = bytes[(3 * Lane)..])
        {
            // References in place of indexing: three bounds checks for three instructions would halve the rate.
            ref var start = ref MemoryMarshal.GetReference(bytes);
            uint a = crc, b = 0, c = 0;
            for (nuint at = 0; at < Lane; at += 16)
            {
                a = BitOperations.Crc32C(a, Word(ref start, at));
                b = BitOperations.Crc32C(b, Word(ref start, at + Lane));
                c = BitOperations.Crc32C(c, Word(ref start, at + 2 * Lane));
                a = BitOperations.Crc32C(a, Word(ref start, at + 8));
                b = BitOperations.Crc32C(b, Word(ref start, at + Lane + 8));
                c = BitOperations.Crc32C(c, Word(ref start, at + 2 * Lane + 8));
            }

            crc = Shift(Shift(a) ^ b) ^ c;
        }

        for (; bytes.Length >= 8; bytes = bytes[8..]) crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var value in bytes) crc = BitOperations.Crc32C(crc, value);
        return ~crc;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Word(ref byte start, nuint at)
    {
        var word = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref start, at));
        return BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word);
    }

    /// <summary>The register after a lane of zeros.</summary>
    private static uint Shift(uint crc) =>
        PastOneLane[crc & 255] ^ PastOneLane[256 + ((crc >> 8) & 255)] ^ PastOneLane[512 + ((crc >> 16) & 255)] ^ PastOneLane[768 + (crc >> 24)];

    private static uint[] ShiftTable()
    {
        var table = new uint[4 * 256];
        for (var bit = 0; bit < 32; bit++)
        {
            var register = 1u << bit;
            for (var at = 0; at < Lane; at += 8) register = BitOperations.Crc32C(register, 0ul);
            for (var value = 0; value < 256; value++)
                if ((value >> (bit & 7) & 1) != 0) table[256 * (bit >> 3) + value] ^= register;
        }

        return table;
    }
}
