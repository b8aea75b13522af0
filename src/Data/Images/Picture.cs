namespace Cluster.Data;

/// <summary>A picture of 8-bit values: grey, or red, green and blue.</summary>
public sealed record Picture
{
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <param name="channels">1 for grey, 3 for red, green, blue.</param>
    /// <param name="bytes">height × width × channels: row by row, the channels of a pixel side by side.</param>
    /// <exception cref="ArgumentException">A size is below 1, there are other than 1 or 3 channels, or the bytes do not fit.</exception>
    public Picture(int width, int height, int channels, byte[] bytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (channels is not (1 or 3)) throw new ArgumentException($"A picture has 1 or 3 channels, not {channels}.", nameof(channels));
        if (bytes.LongLength != (long)width * height * channels)
            throw new ArgumentException($"{width}x{height} with {channels} channels needs {(long)width * height * channels} bytes, not {bytes.LongLength}.", nameof(bytes));
        (Width, Height, Channels, Bytes) = (width, height, channels, bytes);
    }

    public int Width { get; }

    public int Height { get; }

    public int Channels { get; }

    public byte[] Bytes { get; }
}
