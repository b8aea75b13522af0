using System.Security.Cryptography;

namespace Cluster.Data.Tests;

public class RealMnistTests
{
    [MnistFact]
    public void TestSplitIsThePublishedOne()
    {
        ImageDataset data = DatasetCatalog.Open("mnist", "test", MnistFactAttribute.Folders);
        Assert.Equal((10000, 1, 28, 28, 255), (data.Count, data.Channels, data.Height, data.Width, data.MaximumValue));
        Assert.Equal([7, 2, 1, 0, 4, 1, 4, 9, 5, 9], data.Labels![..10]);
        Assert.Equal("0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7", Sum(IdxBytes.Make(IdxReader.ImageMagic, [10000, 28, 28], data.Bytes.ToArray())));
        Assert.Equal("ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2", Sum(IdxBytes.Make(IdxReader.LabelMagic, [10000], Bytes(data.Labels))));
    }

    [MnistFact]
    public void TrainSplitIsThePublishedOne()
    {
        ImageDataset data = DatasetCatalog.Open("mnist", "train", MnistFactAttribute.Folders);
        Assert.Equal(60000, data.Count);
        Assert.Equal([5, 0, 4, 1, 9, 2, 1, 3, 1, 4], data.Labels![..10]);
        Assert.Equal("ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db", Sum(IdxBytes.Make(IdxReader.ImageMagic, [60000, 28, 28], data.Bytes.ToArray())));
        Assert.Equal("65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5", Sum(IdxBytes.Make(IdxReader.LabelMagic, [60000], Bytes(data.Labels))));
    }

    private static byte[] Bytes(int[] labels) => [.. labels.Select(label => (byte)label)];

    private static string Sum(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
