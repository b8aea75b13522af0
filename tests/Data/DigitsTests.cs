namespace Cluster.Data.Tests;

public class DigitsTests
{
    private static readonly ImageDataset Train = DatasetCatalog.Open("digits", "train", []);
    private static readonly ImageDataset Test = DatasetCatalog.Open("digits", "test", []);

    [Fact]
    public void BothSplitsAreThere()
    {
        Assert.Equal((1500, 297), (Train.Count, Test.Count));
        foreach (ImageDataset data in new[] { Train, Test })
        {
            Assert.Equal((1, 8, 8, 64, 16), (data.Channels, data.Height, data.Width, data.Pixels, data.MaximumValue));
            Assert.Equal(data.Count, data.Labels!.Length);
            Assert.Equal(Enumerable.Range(0, 10), data.Labels.Distinct().Order());
        }
    }

    [Fact]
    public void TheFirstImageIsTheZeroOfTheRepository()
    {
        byte[] zero =
        [
            0, 0, 5, 13, 9, 1, 0, 0, 0, 0, 13, 15, 10, 15, 5, 0, 0, 3, 15, 2, 0, 11, 8, 0, 0, 4, 12, 0, 0, 8, 8, 0,
            0, 5, 8, 0, 0, 9, 8, 0, 0, 4, 11, 0, 1, 12, 7, 0, 0, 2, 14, 5, 10, 12, 0, 0, 0, 0, 6, 13, 10, 0, 0, 0,
        ];
        Assert.Equal(zero, Train.Bytes[..64].ToArray());
        Assert.Equal(0, Train.Labels![0]);
    }

    [Fact]
    public void TheWholeHasTheDigitCountsOfTheRepository() => Assert.Equal(
        [178, 182, 177, 183, 181, 182, 181, 179, 174, 180],
        Enumerable.Range(0, 10).Select(digit => Train.Labels!.Concat(Test.Labels!).Count(label => label == digit)));
}
