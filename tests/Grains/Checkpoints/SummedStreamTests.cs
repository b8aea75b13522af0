using System.Security.Cryptography;

namespace Cluster.Grains.Tests;

[Trait("Orleans", "either")]
public sealed class SummedStreamTests
{
    /// <summary>A writing that asks once for each piece can rest between them, and only there.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Writing_beside_a_device_gives_the_bytes_and_the_sum_of_writing_alone(bool busy)
    {
        byte[] bytes = new byte[(3 << 19) + 5];
        new Random(1).NextBytes(bytes);
        int asked = 0;
        using MemoryStream file = new();
        using SummedStream stream = new(file, () =>
        {
            asked++;
            return busy;
        });
        stream.Write(bytes);
        Assert.Equal(4, asked);
        Assert.Equal(bytes, file.ToArray());
        Assert.Equal(bytes.Length, stream.Length);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), stream.Sum());
    }
}
