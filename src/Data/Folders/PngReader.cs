using System.Buffers.Binary;
using System.IO.Compression;

namespace Cluster.Data;

/// <summary>
/// PNG files of 8 bits a channel, grey or RGB, not interlaced: what <see cref="PngWriter"/> writes, with every filter and any number of
/// chunks. Source: Portable Network Graphics (PNG) Specification, third edition, W3C, sections 5 and 9.
/// </summary>
public static class PngReader
{
    private const int MostPixels = 1 << 28;

    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0d, 0x0a, 0x1a, 0x0a];

    /// <summary>The picture in a file's bytes.</summary>
    /// <param name="file">All of it.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="DatasetException">It is no PNG, damaged, or of a kind that is not read.</exception>
    public static Picture Decode(ReadOnlySpan<byte> file, string name)
    {
        if (!file.StartsWith(Signature)) throw Wrong(name, "it does not begin as one");
        int width = 0, height = 0, channels = 0;
        using MemoryStream compressed = new();
        for (ReadOnlySpan<byte> rest = file[8..]; ;)
        {
            if (rest.Length < 12) throw Wrong(name, "it ends early");
            uint length = BinaryPrimitives.ReadUInt32BigEndian(rest);
            if (length > rest.Length - 12) throw Wrong(name, "it ends early");
            ReadOnlySpan<byte> type = rest.Slice(4, 4), data = rest.Slice(8, (int)length);
            if (PngWriter.Sum(rest.Slice(4, 4 + (int)length)) != BinaryPrimitives.ReadUInt32BigEndian(rest[(8 + (int)length)..])) throw Wrong(name, "a checksum does not fit");
            if (type.SequenceEqual("IHDR"u8)) (width, height, channels) = Header(data, name);
            else if (type.SequenceEqual("IDAT"u8)) compressed.Write(data);
            else if (type.SequenceEqual("IEND"u8)) break;
            else if ((type[0] & 0x20) == 0 && !type.SequenceEqual("PLTE"u8)) throw Wrong(name, "it has an unknown critical chunk");
            rest = rest[(12 + (int)length)..];
        }

        if (channels == 0) throw Wrong(name, "it has no header");
        compressed.Position = 0;
        return new Picture(width, height, channels, Pixels(compressed, width, height, channels, name));
    }

    private static (int Width, int Height, int Channels) Header(ReadOnlySpan<byte> data, string name)
    {
        if (data.Length != 13) throw Wrong(name, "its header has another length");
        int width = BinaryPrimitives.ReadInt32BigEndian(data), height = BinaryPrimitives.ReadInt32BigEndian(data[4..]);
        if (width < 1 || height < 1 || (long)width * height > MostPixels) throw Wrong(name, $"it is {width}x{height}");
        int channels = data[9] switch { 0 => 1, 2 => 3, _ => 0 };
        if (data[8] != 8 || channels == 0 || data[12] != 0)
            throw Wrong(name, $"it has {data[8]} bits a channel, colour type {data[9]} and interlace {data[12]}; convert it to 8-bit grey or RGB without interlace (colour type 0 or 2)");
        return (width, height, channels);
    }

    private static byte[] Pixels(MemoryStream compressed, int width, int height, int channels, string name)
    {
        int row = width * channels;
        byte[] pixels = new byte[checked(row * height)], above = new byte[row];
        try
        {
            using ZLibStream zlib = new(compressed, CompressionMode.Decompress);
            for (int y = 0; y < height; y++)
            {
                int filter = zlib.ReadByte();
                Span<byte> line = pixels.AsSpan(y * row, row);
                zlib.ReadExactly(line);
                Unfilter(filter, line, y == 0 ? above : pixels.AsSpan((y - 1) * row, row), channels, name);
            }
        }
        catch (Exception problem) when (problem is InvalidDataException or EndOfStreamException)
        {
            throw Wrong(name, $"its pixels cannot be unpacked ({problem.Message})");
        }

        return pixels;
    }

    private static void Unfilter(int filter, Span<byte> line, ReadOnlySpan<byte> above, int channels, string name)
    {
        if (filter is < 0 or > 4) throw Wrong(name, $"a row has filter {filter}");
        for (int i = 0; i < line.Length; i++)
        {
            int left = i < channels ? 0 : line[i - channels], up = above[i], corner = i < channels ? 0 : above[i - channels];
            line[i] += (byte)(filter switch { 1 => left, 2 => up, 3 => (left + up) / 2, 4 => Paeth(left, up, corner), _ => 0 });
        }
    }

    private static int Paeth(int left, int up, int corner)
    {
        int toLeft = Math.Abs(up - corner), toUp = Math.Abs(left - corner), toCorner = Math.Abs(left + up - (2 * corner));
        return toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
    }

    private static DatasetException Wrong(string name, string what) => new($"{name} is no PNG that can be read: {what}");
}
