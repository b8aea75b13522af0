namespace Cluster.Data.Tests;

public class PictureTests
{
    private static readonly GridOptions Plain = new() { Magnification = 1, Gap = 1, GapValue = 9, Smooth = false };

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(13, 7, 1)]
    [InlineData(5, 11, 3)]
    [InlineData(300, 200, 3)]
    public void APngHoldsThePixelsThatWereWritten(int width, int height, int channels)
    {
        Picture picture = new(width, height, channels, IdxBytes.Content(width * height * channels));
        Picture read = PngReader.Read(PngWriter.Encode(picture));
        Assert.Equal((width, height, channels), (read.Width, read.Height, read.Channels));
        Assert.Equal(picture.Bytes, read.Bytes);
    }

    [Fact]
    public void PicturesThatDoNotFitAreRefused()
    {
        Assert.Throws<ArgumentException>(() => new Picture(2, 2, 2, new byte[8]));
        Assert.Throws<ArgumentException>(() => new Picture(2, 2, 1, new byte[5]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Picture(0, 2, 1, []));
    }

    [Fact]
    public void TilesStandRowByRowWithGapsBetweenAndAround()
    {
        // Three images of 1x2 in a grid of 2x2: the last place stays empty.
        Picture picture = SampleGrid.Compose([-1, 1, 0, 0.5f, 1, -1], 2, 2, 1, 1, 2, -1, 1, Plain);
        Assert.Equal((7, 5, 1), (picture.Width, picture.Height, picture.Channels));
        Assert.Equal(
            [
                9, 9, 9, 9, 9, 9, 9,
                9, 0, 255, 9, 128, 191, 9,
                9, 9, 9, 9, 9, 9, 9,
                9, 255, 0, 9, 9, 9, 9,
                9, 9, 9, 9, 9, 9, 9,
            ],
            picture.Bytes);
    }

    [Fact]
    public void PlanesBecomePixels()
    {
        // One image, three planes of 1x2.
        Picture picture = SampleGrid.Compose([0, 1, 0.2f, 0.8f, 1, 0], 1, 1, 3, 1, 2, 0, 1, new GridOptions { Magnification = 1, Gap = 0 });
        Assert.Equal([0, 51, 255, 255, 204, 0], picture.Bytes);
    }

    [Fact]
    public void ValuesBeyondTheEndsAreClampedAndNaNIsBlack()
    {
        Picture picture = SampleGrid.Compose([-7, 7, float.NaN, float.PositiveInfinity], 1, 1, 1, 2, 2, 0, 1, new GridOptions { Magnification = 1, Gap = 0 });
        Assert.Equal([0, 255, 0, 255], picture.Bytes);
    }

    [Fact]
    public void MagnifiedPixelsAreSquaresOrBlend()
    {
        float[] step = [0, 1];
        byte[] squares = SampleGrid.Compose(step, 1, 1, 1, 1, 2, 0, 1, new GridOptions { Magnification = 2, Gap = 0, Smooth = false }).Bytes;
        Assert.Equal([0, 0, 255, 255, 0, 0, 255, 255], squares);
        // Centres at 0.5 and 1.5: a quarter and three quarters of the way between them.
        byte[] smooth = SampleGrid.Compose(step, 1, 1, 1, 1, 2, 0, 1, new GridOptions { Magnification = 2, Gap = 0, Smooth = true }).Bytes;
        Assert.Equal([0, 64, 191, 255, 0, 64, 191, 255], smooth);
    }

    [Theory]
    [InlineData(8, 6)]
    [InlineData(28, 2)]
    [InlineData(64, 1)]
    [InlineData(1, 8)]
    public void SmallImagesAreMagnified(int side, int times)
    {
        Picture picture = SampleGrid.Compose(new float[2 * side * side], 1, 2, 1, side, side, 0, 1);
        Assert.Equal((2 * side * times + 6, side * times + 4), (picture.Width, picture.Height));
    }

    [Fact]
    public void TheGridIsAPng()
    {
        float[] images = new float[4 * 64];
        DatasetCatalog.Open("digits", "train", []).Gather([0, 1, 2, 3], images, -1, 1);
        Picture picture = SampleGrid.Compose(images, 2, 2, 1, 8, 8, -1, 1);
        Assert.Equal(picture.Bytes, PngReader.Read(SampleGrid.ToPng(images, 2, 2, 1, 8, 8, -1, 1)).Bytes);
    }

    [Fact]
    public void WrongArgumentsAreRefused()
    {
        Assert.Contains("5 values are not 1 to 4 images of 1x1x2", Assert.Throws<ArgumentException>(() => SampleGrid.Compose(new float[5], 2, 2, 1, 1, 2, 0, 1)).Message);
        Assert.Throws<ArgumentException>(() => SampleGrid.Compose(new float[10], 2, 2, 1, 1, 2, 0, 1));
        Assert.Throws<ArgumentException>(() => SampleGrid.Compose([], 2, 2, 1, 1, 2, 0, 1));
        Assert.Throws<ArgumentException>(() => SampleGrid.Compose(new float[4], 1, 1, 2, 1, 2, 0, 1));
        Assert.Throws<ArgumentException>(() => SampleGrid.Compose(new float[2], 1, 1, 1, 1, 2, 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => SampleGrid.Compose(new float[2], 1, 1, 1, 1, 2, 0, 1, new GridOptions { Magnification = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => SampleGrid.Compose(new float[2], 1, 1, 1, 1, 2, 0, 1, new GridOptions { Gap = -1 }));
    }
}
