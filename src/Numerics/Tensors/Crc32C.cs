using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Cluster.Numerics;

/// <summary>
/// CRC-32C (Castagnoli, RFC 3720 appendix B.4), eight bytes an instruction where the processor has one. The instruction answers
/// after three cycles and can begin every cycle, so long inputs go in three lanes that are put together again by shifting, as a
/// checksum is linear over GF(2) (M. Adler's crc32c.c). Where the processor multiplies 512 bits without carry, four times 64 bytes at
/// a time are folded onto the next ones instead (Gopal et al. 2009, Fast CRC Computation for Generic Polynomials Using PCLMULQDQ).
/// </summary>
public static class Crc32C
{
    private const int Lane = 2048;

    private const int Fold = 256;

    private static readonly uint[] PastOneLane = ShiftTable();

    // A 128-bit lane is lo x^64 + hi, the first bit of memory its highest coefficient; the product of two such halves comes out times x.
    private static readonly Vector512<ulong> PastOneFold = Vector512.Create<ulong>(
        [.. Enumerable.Range(0, 8).Select(half => (ulong)Power(half % 2 == 0 ? 8 * Fold + 63 : 8 * Fold - 1) << 32)]);

    /// <summary>The checksum of these bytes.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes) => Append(0, bytes);

    /// <summary>The checksum of earlier bytes, followed by these; that of none is 0.</summary>
    public static uint Append(uint checksum, ReadOnlySpan<byte> bytes)
    {
        var crc = ~checksum;
        if (Pclmulqdq.V512.IsSupported && bytes.Length >= 2 * Fold) crc = Folded(crc, ref bytes);
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

    /// <summary>The register after as many whole folds as there are; the rest is left in <paramref name="bytes"/>.</summary>
    private static uint Folded(uint crc, ref ReadOnlySpan<byte> bytes)
    {
        ref var start = ref MemoryMarshal.GetReference(bytes);
        var past = PastOneFold;
        var a = Block(ref start, 0) ^ Vector512.CreateScalar((ulong)crc);
        var b = Block(ref start, 64);
        var c = Block(ref start, 128);
        var d = Block(ref start, 192);
        nuint at = Fold;
        for (var end = (nuint)(bytes.Length / Fold * Fold); at < end; at += Fold)
        {
            a = Next(a, past) ^ Block(ref start, at);
            b = Next(b, past) ^ Block(ref start, at + 64);
            c = Next(c, past) ^ Block(ref start, at + 128);
            d = Next(d, past) ^ Block(ref start, at + 192);
        }

        // What has been folded is a short message with the checksum of the long one.
        Span<ulong> left = stackalloc ulong[Fold / sizeof(ulong)];
        a.CopyTo(left);
        b.CopyTo(left[8..]);
        c.CopyTo(left[16..]);
        d.CopyTo(left[24..]);
        uint register = 0;
        foreach (var word in left) register = BitOperations.Crc32C(register, word);
        bytes = bytes[(int)at..];
        return register;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Block(ref byte start, nuint at) => Vector512.LoadUnsafe(ref Unsafe.Add(ref start, at)).AsUInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Next(Vector512<ulong> lanes, Vector512<ulong> past) =>
        Pclmulqdq.V512.CarrylessMultiply(lanes, past, 0x00) ^ Pclmulqdq.V512.CarrylessMultiply(lanes, past, 0x11);

    /// <summary>x to that power modulo the polynomial, as a register: the highest bit is the lowest coefficient.</summary>
    private static uint Power(int exponent)
    {
        var register = 1u << 31;
        for (; exponent > 0; exponent--) register = (register >> 1) ^ ((register & 1) * 0x82F63B78);
        return register;
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
