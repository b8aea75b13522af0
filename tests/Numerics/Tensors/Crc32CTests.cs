namespace Cluster.Numerics.Tests;

public sealed class Crc32CTests
{
    /// <summary>The check value of the Castagnoli polynomial, and RFC 3720's vector of 32 zeros.</summary>
    [Fact]
    public void Known_sums()
    {
        Assert.Equal(0xE3069283u, Crc32C.Of("123456789"u8));
        Assert.Equal(0x8A9136AAu, Crc32C.Of(new byte[32]));
        Assert.Equal(0u, Crc32C.Of([]));
    }

    /// <summary>Around every length at which the lanes begin and end.</summary>
    [Theory]
    [InlineData(7)]
    [InlineData(2048)]
    [InlineData(6143)]
    [InlineData(6144)]
    [InlineData(6145)]
    [InlineData(12288)]
    [InlineData(100_003)]
    public void Long_inputs_have_the_sum_of_the_definition(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        Assert.Equal(BitByBit(bytes), Crc32C.Of(bytes));
        foreach (var cut in new[] { 0, 1, length / 3, length / 2 + 1, length })
            Assert.Equal(BitByBit(bytes), Crc32C.Append(Crc32C.Of(bytes.AsSpan(0, cut)), bytes.AsSpan(cut)));
    }

    private static uint BitByBit(ReadOnlySpan<byte> bytes)
    {
        var crc = ~0u;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82F63B78u : crc >> 1;
        }

        return ~crc;
    }
}
