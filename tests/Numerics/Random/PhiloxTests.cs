using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Cluster.Numerics.Tests;

public sealed class PhiloxTests
{
    /// <summary>The known-answer vectors that the Random123 library publishes for philox4x32 with ten rounds.</summary>
    [Theory]
    [InlineData(0u, 0u, 0u, 0u, 0u, 0u, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [InlineData(0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [InlineData(0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0xa4093822u, 0x299f31d0u, 0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)]
    public void Block_gives_the_published_answers(uint c0, uint c1, uint c2, uint c3, uint k0, uint k1, uint r0, uint r1, uint r2, uint r3) =>
        Assert.Equal(Vector128.Create(r0, r1, r2, r3), Philox.Block(Vector128.Create(c0, c1, c2, c3), k0 | ((ulong)k1 << 32)));

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(0x0123456789abcdef, 0x1122334455667788, 1)]
    [InlineData(-1, -1, 0x0fffffff)] // lanes just below the carry into counter word 1
    [InlineData(7, 9, 0x10000000)] // the first chunk above it
    public void Every_width_gives_the_words_of_single_blocks(long key, long upper, long chunk)
    {
        var expected = new uint[Philox.ChunkWords];
        for (var lane = 0; lane < Philox.ChunkBlocks; lane++)
        {
            var block = (ulong)chunk * 16 + (ulong)lane;
            var answer = Philox.Block(Vector128.Create((uint)block, (uint)(block >> 32), (uint)upper, (uint)((ulong)upper >> 32)), (ulong)key);
            for (var word = 0; word < 4; word++) expected[16 * word + lane] = answer[word];
        }

        Assert.Equal(expected, Chunk(Philox.FillChunk, key, upper, chunk));
        Assert.Equal(expected, Chunk(Philox.FillChunkScalar, key, upper, chunk));
        if (Avx2.IsSupported) Assert.Equal(expected, Chunk(Philox.FillChunk256, key, upper, chunk));
        if (Avx512F.IsSupported) Assert.Equal(expected, Chunk(Philox.FillChunk512, key, upper, chunk));
    }

    private delegate void Filler(ulong key, ulong upper, long chunk, Span<uint> into);

    private static uint[] Chunk(Filler filler, long key, long upper, long chunk)
    {
        var words = new uint[Philox.ChunkWords];
        filler((ulong)key, (ulong)upper, chunk, words);
        return words;
    }
}
