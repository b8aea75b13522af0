namespace Cluster.Data.Tests;

public class IdxReaderTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false, "images")]
    [InlineData(true, "images.gz")]
    [InlineData(true, "gzipped-without-the-name")]
    [InlineData(false, "plain-with-the-name.gz")]
    public void ImagesAreReadByContentNotName(bool gzipped, string name)
    {
        byte[] file = IdxBytes.Images(4);
        IdxImages images = IdxReader.ReadImages(_folder.File(name, gzipped ? IdxBytes.Gzip(file) : file));
        Assert.Equal((4, 3, 5), (images.Count, images.Height, images.Width));
        Assert.Equal(IdxBytes.Content(60), images.Bytes);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void LabelsAreRead(bool gzipped)
    {
        byte[] file = IdxBytes.Labels(9);
        Assert.Equal(IdxBytes.Content(9), IdxReader.ReadLabels(_folder.File("labels", gzipped ? IdxBytes.Gzip(file) : file)));
    }

    [Fact]
    public void MissingFileIsNamed() =>
        Assert.Contains(Path.Combine(_folder.Path, "none") + ": there is no such file", ImageError(Path.Combine(_folder.Path, "none")));

    [Fact]
    public void FolderInPlaceOfAFileIsAnError() => Assert.Contains("cannot be read", ImageError(_folder.Path));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void LabelFileInPlaceOfImages(bool gzipped) =>
        Assert.Contains("is a label file (magic 0x00000801); images have 0x00000803", ImageError(Write(IdxBytes.Labels(3), gzipped)));

    [Fact]
    public void ImageFileInPlaceOfLabels() =>
        Assert.Contains("is an image file (magic 0x00000803); labels have 0x00000801", LabelError(Write(IdxBytes.Images(3), false)));

    [Fact]
    public void OtherMagicsAreToldApart()
    {
        Assert.Contains("another kind (magic 0x00000D03)", ImageError(Write(IdxBytes.Make(0x0D03, [1, 1, 1], new byte[4]), false)));
        Assert.Contains("is not an IDX image file (magic 0x504B0304)", ImageError(Write(IdxBytes.Make(0x504B0304, [1, 1, 1], new byte[4]), false)));
    }

    [Theory]
    [InlineData(0, "the header of an IDX image file has 16 bytes, found 0")]
    [InlineData(15, "the header of an IDX image file has 16 bytes, found 15")]
    [InlineData(16, "expected 76 bytes (4 images of 3x5 after a header of 16), found 16")]
    [InlineData(75, "expected 76 bytes (4 images of 3x5 after a header of 16), found 75")]
    public void TruncationSaysExpectedAndFound(int length, string message)
    {
        byte[] cut = IdxBytes.Images(4)[..length];
        Assert.Contains("truncated: " + message, ImageError(Write(cut, false)));
        Assert.Contains("truncated: " + message, ImageError(Write(IdxBytes.Gzip(cut), true, zip: false)));
    }

    [Fact]
    public void EveryCutOfAGzippedFileIsNoticed()
    {
        byte[] whole = IdxBytes.Gzip(IdxBytes.Images(4));
        for (int length = 0; length < whole.Length; length++)
            Assert.Throws<DatasetException>(() => IdxReader.ReadImages(Write(whole[..length], true, zip: false)));
        Assert.Contains("truncated or damaged: its gzip data should end in the content's length 76", ImageError(Write(whole[..^1], true, zip: false)));
    }

    [Fact]
    public void DamageInsideGzipIsNoticed()
    {
        byte[] file = IdxBytes.Gzip(IdxBytes.Images(4));
        file[^5] ^= 1; // gzip's CRC-32 lies before its last four bytes.
        Assert.Contains("gzip data are broken", ImageError(Write(file, true, zip: false)));
    }

    [Fact]
    public void LeftOverBytesAreRefused()
    {
        byte[] longer = [.. IdxBytes.Images(4), 0, 0, 0];
        Assert.Contains("bytes are left over: expected 76 (4 images of 3x5 after a header of 16), found 79", ImageError(Write(longer, false)));
        Assert.Contains("bytes are left over: expected 76 (4 images of 3x5 after a header of 16), found more", ImageError(Write(longer, true)));
    }

    [Fact]
    public void AbsurdSizesAreRefusedBeforeAllocation()
    {
        byte[] absurd = IdxBytes.Make(IdxReader.ImageMagic, [uint.MaxValue, uint.MaxValue, uint.MaxValue], new byte[60]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("found 76", ImageError(Write(absurd, false)));
        Assert.Contains("gzipped bytes can hold", ImageError(Write(absurd, true)));
        byte[] large = IdxBytes.Make(IdxReader.ImageMagic, [60000, 28, 28], new byte[60]);
        Assert.Contains("found 76", ImageError(Write(large, false)));
        Assert.Contains("gzipped bytes can hold", ImageError(Write(large, true)));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4_000_000);
    }

    [Fact]
    public void EmptySizesAreRefused() =>
        Assert.Contains("holds nothing: its header says 4 images of 0x5", ImageError(Write(IdxBytes.Make(IdxReader.ImageMagic, [4, 0, 5], []), false)));

    private string Write(byte[] bytes, bool gzipped, bool zip = true) => _folder.File("file", gzipped && zip ? IdxBytes.Gzip(bytes) : bytes);

    private static string ImageError(string path) => Assert.Throws<DatasetException>(() => IdxReader.ReadImages(path)).Message;

    private static string LabelError(string path) => Assert.Throws<DatasetException>(() => IdxReader.ReadLabels(path)).Message;
}
