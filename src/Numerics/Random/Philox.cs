using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Cluster.Numerics;

/// <summary>
/// The counter-based generator Philox4x32-10: ten rounds turn a 128-bit counter and a 64-bit key into 128 random bits.
/// Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
/// </summary>
public static class Philox
{
    /// <summary>Blocks that one chunk holds.</summary>
    public const int ChunkBlocks = 16;

    /// <summary>32-bit words that one chunk holds: four from each block.</summary>
    public const int ChunkWords = 4 * ChunkBlocks;

    private const uint Multiplier0 = 0xD2511F53, Multiplier1 = 0xCD9E8D57;
    private const uint Weyl0 = 0x9E3779B9, Weyl1 = 0xBB67AE85;
    private const int Rounds = 10;

    /// <summary>One block.</summary>
    /// <param name="counter">Counter words 0 to 3.</param>
    /// <param name="key">Key word 0 in the low half, word 1 in the high half.</param>
    public static Vector128<uint> Block(Vector128<uint> counter, ulong key)
    {
        uint c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
        uint k0 = (uint)key, k1 = (uint)(key >> 32);
        for (var round = 0; round < Rounds; round++)
        {
            var product0 = (ulong)Multiplier0 * c0;
            var product1 = (ulong)Multiplier1 * c2;
            (c0, c1, c2, c3) = ((uint)(product1 >> 32) ^ c1 ^ k0, (uint)product1, (uint)(product0 >> 32) ^ c3 ^ k1, (uint)product0);
            k0 += Weyl0;
            k1 += Weyl1;
        }

        return Vector128.Create(c0, c1, c2, c3);
    }

    /// <summary>
    /// The sixteen blocks whose counters are (16·chunk + lane, upper), lane 0 to 15, as 64 words ordered by word, then by lane:
    /// <c>into[16·word + lane]</c>. That order costs no transposition at any vector width and is the same at all of them.
    /// </summary>
    /// <param name="key">Key word 0 in the low half, word 1 in the high half.</param>
    /// <param name="upper">Counter words 2 (low half) and 3 (high half).</param>
    /// <param name="chunk">Number of the chunk, at least 0 and below 2^60.</param>
    /// <param name="into">At least <see cref="ChunkWords"/> words.</param>
    public static void FillChunk(ulong key, ulong upper, long chunk, Span<uint> into)
    {
        if (Avx512F.IsSupported) FillChunk512(key, upper, chunk, into);
        else if (Avx2.IsSupported) FillChunk256(key, upper, chunk, into);
        else FillChunkScalar(key, upper, chunk, into);
    }

    internal static void FillChunkScalar(ulong key, ulong upper, long chunk, Span<uint> into)
    {
        for (var lane = 0; lane < ChunkBlocks; lane++)
        {
            var block = (ulong)chunk * ChunkBlocks + (ulong)lane;
            var words = Block(Vector128.Create((uint)block, (uint)(block >> 32), (uint)upper, (uint)(upper >> 32)), key);
            for (var word = 0; word < 4; word++) into[word * ChunkBlocks + lane] = words[word];
        }
    }

    internal static void FillChunk256(ulong key, ulong upper, long chunk, Span<uint> into)
    {
        var first = (ulong)chunk * ChunkBlocks;
        var odd = Vector256.Create(0xFFFFFFFF00000000UL).AsUInt32();
        var m0 = Vector256.Create(Multiplier0);
        var m1 = Vector256.Create(Multiplier1);
        for (var half = 0; half < ChunkBlocks; half += Vector256<uint>.Count)
        {
            // A chunk begins at a multiple of 16, so adding the lane never carries into counter word 1.
            var c0 = Vector256.Create((uint)first + (uint)half) + Vector256<uint>.Indices;
            var c1 = Vector256.Create((uint)(first >> 32));
            var c2 = Vector256.Create((uint)upper);
            var c3 = Vector256.Create((uint)(upper >> 32));
            uint k0 = (uint)key, k1 = (uint)(key >> 32);
            for (var round = 0; round < Rounds; round++)
            {
                var even0 = Avx2.Multiply(c0, m0);
                var odd0 = Avx2.Multiply((c0.AsUInt64() >>> 32).AsUInt32(), m0);
                var even1 = Avx2.Multiply(c2, m1);
                var odd1 = Avx2.Multiply((c2.AsUInt64() >>> 32).AsUInt32(), m1);
                var high0 = Vector256.ConditionalSelect(odd, odd0.AsUInt32(), (even0 >>> 32).AsUInt32());
                var high1 = Vector256.ConditionalSelect(odd, odd1.AsUInt32(), (even1 >>> 32).AsUInt32());
                var low0 = Vector256.ConditionalSelect(odd, (odd0 << 32).AsUInt32(), even0.AsUInt32());
                var low1 = Vector256.ConditionalSelect(odd, (odd1 << 32).AsUInt32(), even1.AsUInt32());
                (c0, c1, c2, c3) = (high1 ^ c1 ^ Vector256.Create(k0), low1, high0 ^ c3 ^ Vector256.Create(k1), low0);
                k0 += Weyl0;
                k1 += Weyl1;
            }

            c0.CopyTo(into[half..]);
            c1.CopyTo(into[(ChunkBlocks + half)..]);
            c2.CopyTo(into[(2 * ChunkBlocks + half)..]);
            c3.CopyTo(into[(3 * ChunkBlocks + half)..]);
        }
    }

    internal static void FillChunk512(ulong key, ulong upper, long chunk, Span<uint> into)
    {
        var first = (ulong)chunk * ChunkBlocks;
        var odd = Vector512.Create(0xFFFFFFFF00000000UL).AsUInt32();
        var m0 = Vector512.Create(Multiplier0);
        var m1 = Vector512.Create(Multiplier1);
        var c0 = Vector512.Create((uint)first) + Vector512<uint>.Indices;
        var c1 = Vector512.Create((uint)(first >> 32));
        var c2 = Vector512.Create((uint)upper);
        var c3 = Vector512.Create((uint)(upper >> 32));
        uint k0 = (uint)key, k1 = (uint)(key >> 32);
        for (var round = 0; round < Rounds; round++)
        {
            var even0 = Avx512F.Multiply(c0, m0);
            var odd0 = Avx512F.Multiply((c0.AsUInt64() >>> 32).AsUInt32(), m0);
            var even1 = Avx512F.Multiply(c2, m1);
            var odd1 = Avx512F.Multiply((c2.AsUInt64() >>> 32).AsUInt32(), m1);
            var high0 = Vector512.ConditionalSelect(odd, odd0.AsUInt32(), (even0 >>> 32).AsUInt32());
            var high1 = Vector512.ConditionalSelect(odd, odd1.AsUInt32(), (even1 >>> 32).AsUInt32());
            var low0 = Vector512.ConditionalSelect(odd, (odd0 << 32).AsUInt32(), even0.AsUInt32());
            var low1 = Vector512.ConditionalSelect(odd, (odd1 << 32).AsUInt32(), even1.AsUInt32());
            (c0, c1, c2, c3) = (high1 ^ c1 ^ Vector512.Create(k0), low1, high0 ^ c3 ^ Vector512.Create(k1), low0);
            k0 += Weyl0;
            k1 += Weyl1;
        }

        c0.CopyTo(into);
        c1.CopyTo(into[ChunkBlocks..]);
        c2.CopyTo(into[(2 * ChunkBlocks)..]);
        c3.CopyTo(into[(3 * ChunkBlocks)..]);
    }
}
