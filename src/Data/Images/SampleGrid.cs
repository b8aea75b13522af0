namespace Cluster.Data;

/// <summary>Images tiled into one picture, row by row, magnified so that small ones can be read.</summary>
public static class SampleGrid
{
    /// <summary>The grid as a PNG file's bytes; parameters as in <see cref="Compose"/>.</summary>
    public static byte[] ToPng(
        ReadOnlySpan<float> images, int rows, int columns, int channels, int height, int width, float low, float high, GridOptions? options = null) =>
        PngWriter.Encode(Compose(images, rows, columns, channels, height, width, low, high, options));

    /// <summary>The grid as a picture.</summary>
    /// <param name="images">N × channels × height × width, N from 1 to rows × columns; places without an image keep the gap's grey.</param>
    /// <param name="rows">Rows of images.</param>
    /// <param name="columns">Columns of images.</param>
    /// <param name="channels">1 for grey, 3 for red, green, blue.</param>
    /// <param name="height">Rows of an image.</param>
    /// <param name="width">Columns of an image.</param>
    /// <param name="low">Drawn as 0; so is all below it, and what is not a number.</param>
    /// <param name="high">Drawn as 255; so is all above it.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ArgumentException">A size is below 1, the values do not fit, or low is not below high.</exception>
    public static Picture Compose(
        ReadOnlySpan<float> images, int rows, int columns, int channels, int height, int width, float low, float high, GridOptions? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        if (channels is not (1 or 3)) throw new ArgumentException($"A picture has 1 or 3 channels, not {channels}.", nameof(channels));
        if (!(float.IsFinite(low) && float.IsFinite(high) && low < high))
            throw new ArgumentException($"Values cannot lie between {low} and {high}: both must be finite, and low below high.", nameof(low));
        int plane = checked(height * width), pixels = checked(channels * plane);
        int count = images.Length / pixels;
        if (images.Length % pixels != 0 || count < 1 || count > (long)rows * columns)
            throw new ArgumentException($"{images.Length} values are not 1 to {(long)rows * columns} images of {channels}x{height}x{width}.", nameof(images));

        options ??= new GridOptions();
        (int magnification, bool smooth) = options.Resolve(height, width);
        int tileHeight = height * magnification, tileWidth = width * magnification, gap = options.Gap;
        int pictureHeight = checked(rows * (tileHeight + gap) + gap), pictureWidth = checked(columns * (tileWidth + gap) + gap);
        byte[] bytes = new byte[checked(pictureHeight * pictureWidth * channels)];
        Array.Fill(bytes, options.GapValue);
        for (int n = 0; n < count; n++)
        {
            int top = gap + n / columns * (tileHeight + gap), left = gap + n % columns * (tileWidth + gap);
            for (int channel = 0; channel < channels; channel++)
            {
                ImagePlane source = new(images.Slice(n * pixels + channel * plane, plane), height, width, low, high);
                for (int y = 0; y < tileHeight; y++)
                {
                    for (int x = 0; x < tileWidth; x++)
                    {
                        float value = smooth ? source.Between(y, x, magnification) : source[y / magnification, x / magnification];
                        bytes[((top + y) * pictureWidth + left + x) * channels + channel] = (byte)(value * 255 + 0.5f);
                    }
                }
            }
        }

        return new Picture(pictureWidth, pictureHeight, channels, bytes);
    }
}
