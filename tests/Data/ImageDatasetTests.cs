namespace Cluster.Data.Tests;

public class ImageDatasetTests
{
    // Sizes around the widths of vectors, so that whole vectors, tails and both together are met.
    public static TheoryData<int, int> Sizes => new()
    {
        { 1, 1 }, { 3, 5 }, { 4, 4 }, { 1, 31 }, { 4, 8 }, { 1, 33 }, { 7, 9 }, { 8, 8 }, { 5, 13 }, { 28, 28 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void GatherIsTheFormulaBitForBit(int height, int width)
    {
        ImageDataset data = Make(5, 1, height, width, 255);
        int[] indices = [4, 0, 0, 3];
        float[] into = new float[indices.Length * data.Pixels];
        foreach ((float low, float high) in new[] { (0f, 1f), (-1f, 1f), (-0.3f, 0.7f), (2f, 1000.1f) })
        {
            data.Gather(indices, into, low, high);
            float scale = (high - low) / 255;
            for (int i = 0; i < into.Length; i++)
            {
                float product = data.Bytes.Span[indices[i / data.Pixels] * data.Pixels + i % data.Pixels] * scale;
                float expected = MathF.Min(low + product, high);
                Assert.Equal(BitConverter.SingleToUInt32Bits(expected), BitConverter.SingleToUInt32Bits(into[i]));
            }
        }
    }

    [Theory]
    [InlineData(16)]
    [InlineData(255)]
    public void TheEndsAreExact(int maximum)
    {
        ImageDataset data = new("ends", "train", 1, 1, 2, new byte[] { 0, (byte)maximum }, null, maximum);
        float[] into = new float[2];
        data.Gather([0], into, -1, 1);
        Assert.Equal([-1f, 1f], into);
        data.Gather([0], into, 0, 1);
        Assert.Equal([0f, 1f], into);
    }

    [Fact]
    public void NoValueIsAboveTheHighEnd()
    {
        float[] into = new float[64];
        for (int maximum = 1; maximum <= 255; maximum++)
        {
            byte[] bytes = new byte[64];
            Array.Fill(bytes, (byte)maximum);
            new ImageDataset("ends", "train", 1, 8, 8, bytes, null, maximum).Gather([0], into, -0.1f, 1.7f);
            Assert.All(into, value => Assert.InRange(value, 1.6999f, 1.7f));
        }
    }

    [Fact]
    public void WrongArgumentsAreRefused()
    {
        ImageDataset data = Make(3, 3, 2, 2, 255);
        Assert.Contains("24 places, not 23", Assert.Throws<ArgumentException>(() => data.Gather([0, 1], new float[23], 0, 1)).Message);
        Assert.Contains("images 0 to 2", Assert.Throws<ArgumentOutOfRangeException>(() => data.Gather([3], new float[12], 0, 1)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => data.Gather([-1], new float[12], 0, 1));
        Assert.Throws<ArgumentException>(() => data.Gather([0], new float[12], 1, 1));
        Assert.Throws<ArgumentException>(() => data.Gather([0], new float[12], float.NaN, 1));
    }

    [Fact]
    public void PartsThatDoNotFitAreRefused()
    {
        Assert.Contains("no whole number", Assert.Throws<ArgumentException>(() => new ImageDataset("x", "train", 1, 2, 2, new byte[7], null, 255)).Message);
        Assert.Contains("3 labels do not fit 2 images", Assert.Throws<ArgumentException>(() => new ImageDataset("x", "train", 1, 2, 2, new byte[8], new int[3], 255)).Message);
        Assert.Contains("Image 1 holds 17", Assert.Throws<ArgumentException>(() => new ImageDataset("x", "train", 1, 1, 2, new byte[] { 0, 16, 17, 0 }, null, 16)).Message);
    }

    private static ImageDataset Make(int count, int channels, int height, int width, int maximum) =>
        new("made", "train", channels, height, width, IdxBytes.Content(count * channels * height * width), null, maximum);
}
