using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Reader = Cluster.Data.PngReader;

namespace Cluster.Data.Tests;

/// <summary>Image files and folders of them.</summary>
public sealed class ImageFolderTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void What_the_writer_writes_is_read(int channels)
    {
        Picture picture = Noise(7, 5, channels);
        Picture read = Reader.Decode(PngWriter.Encode(picture), "x.png");

        Assert.Equal((7, 5, channels), (read.Width, read.Height, read.Channels));
        Assert.Equal(picture.Bytes, read.Bytes);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Every_filter_is_undone(int channels)
    {
        Picture picture = Noise(6, 10, channels);
        Assert.Equal(picture.Bytes, Reader.Decode(Filtered(picture), "x.png").Bytes);
    }

    [Fact]
    public void A_damaged_or_foreign_png_is_refused_by_name()
    {
        byte[] good = PngWriter.Encode(Noise(4, 4, 1));
        string Refusal(Action<byte[]> damage)
        {
            byte[] bad = [.. good];
            damage(bad);
            return Assert.Throws<DatasetException>(() => Reader.Decode(bad, "photos/x.png")).Message;
        }

        Assert.Contains("photos/x.png is no PNG that can be read: it does not begin as one", Refusal(bytes => bytes[1] = 0), StringComparison.Ordinal);
        Assert.Contains("a checksum does not fit", Refusal(bytes => bytes[20] ^= 1), StringComparison.Ordinal);
        Assert.Contains("it ends early", Assert.Throws<DatasetException>(() => Reader.Decode(good.AsSpan(0, good.Length - 12), "x")).Message, StringComparison.Ordinal);
        Assert.Contains("convert it to 8-bit grey or RGB", Assert.Throws<DatasetException>(() => Reader.Decode(Header(6), "x")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("P5 2 2 255\n", new byte[] { 0, 64, 128, 255 }, 1, new byte[] { 0, 64, 128, 255 })]
    [InlineData("P2\n# made by hand\n2 2\n4\n0 1\n2 4", new byte[0], 1, new byte[] { 0, 64, 128, 255 })]
    [InlineData("P6\n1 2\n255\n", new byte[] { 1, 2, 3, 32, 10, 9 }, 3, new byte[] { 1, 2, 3, 32, 10, 9 })]
    public void Pixel_maps_are_read(string header, byte[] pixels, int channels, byte[] expected)
    {
        Picture read = PnmReader.Decode([.. Encoding.ASCII.GetBytes(header), .. pixels], "x.pgm");
        Assert.Equal(channels, read.Channels);
        Assert.Equal(expected, read.Bytes);
    }

    [Theory]
    [InlineData("P4 1 1 ", "it is of kind P4; P2, P3, P5 and P6 are read")]
    [InlineData("P5 2 2 255\nab", "it ends early")]
    [InlineData("P5 2 2 70000\nabcd", "its maximum is 70000; it must be 1 to 255")]
    [InlineData("P2 1 1 3 4", "a pixel is 4, above its maximum 3")]
    [InlineData("P2 1 x", "a number is missing")]
    public void Bad_pixel_maps_are_refused(string file, string message) =>
        Assert.Contains(message, Assert.Throws<DatasetException>(() => PnmReader.Decode(Encoding.ASCII.GetBytes(file), "x.pgm")).Message, StringComparison.Ordinal);

    [Fact]
    public void A_folder_is_a_data_set_of_the_middles_of_its_images()
    {
        using TempFolder folder = new();
        Picture wide = Noise(6, 4, 3), high = Noise(4, 8, 3);
        File.WriteAllBytes(Path.Combine(folder.Path, "b.png"), PngWriter.Encode(high));
        File.WriteAllBytes(Path.Combine(folder.Path, "a.png"), PngWriter.Encode(wide));
        ImageDataset images = DatasetCatalog.Open(folder.Path + "/", "train", []);

        Assert.Equal((2, 3, 4, 4), (images.Count, images.Channels, images.Height, images.Width));
        Assert.Null(images.Labels);
        byte[] bytes = images.Bytes.ToArray();
        for (int channel = 0; channel < 3; channel++)
        {
            Assert.Equal(wide.Bytes[(((1 * 6) + 1 + 2) * 3) + channel], bytes[(channel * 16) + (1 * 4) + 2]);
            Assert.Equal(high.Bytes[((((2 + 3) * 4) + 1) * 3) + channel], bytes[48 + (channel * 16) + (3 * 4) + 1]);
        }
    }

    [Fact]
    public void Folders_named_for_classes_give_labels_and_splits_have_folders()
    {
        using TempFolder folder = new();
        foreach ((string split, string name, int count) in new[] { ("train", "cat", 2), ("train", "dog", 1), ("test", "cat", 1) })
        {
            string inner = Directory.CreateDirectory(Path.Combine(folder.Path, "pets", split, name)).FullName;
            for (int i = 0; i < count; i++) File.WriteAllBytes(Path.Combine(inner, $"{i}.pgm"), [.. "P5 2 2 255\n"u8, 1, 2, 3, 4]);
        }

        Assert.Equal([0, 0, 1], DatasetCatalog.Open("pets/{split}/", "train", [folder.Path]).Labels!);
        Assert.Equal(1, DatasetCatalog.Open("pets/{split}/", "test", [folder.Path]).Count);
    }

    [Fact]
    public void A_folder_that_cannot_be_used_is_refused()
    {
        using TempFolder folder = new();
        string Refusal(string name, string split = "train") => Assert.Throws<DatasetException>(() => DatasetCatalog.Open(name, split, [folder.Path])).Message;

        Assert.Contains("no folder for the split train. Looked for", Refusal("photos/"), StringComparison.Ordinal);
        Directory.CreateDirectory(Path.Combine(folder.Path, "photos"));
        Assert.Contains("holds no .png, .pgm or .ppm image", Refusal("photos/"), StringComparison.Ordinal);
        Assert.Contains("has no split 'test'", Refusal("photos/", "test"), StringComparison.Ordinal);
        File.WriteAllBytes(Path.Combine(folder.Path, "photos", "a.png"), PngWriter.Encode(Noise(2, 2, 1)));
        File.WriteAllBytes(Path.Combine(folder.Path, "photos", "b.png"), PngWriter.Encode(Noise(2, 2, 3)));
        Assert.Contains("b.png has 3 channels", Refusal("photos/"), StringComparison.Ordinal);
    }

    private static Picture Noise(int width, int height, int channels)
    {
        byte[] bytes = new byte[width * height * channels];
        for (int i = 0; i < bytes.Length; i++) bytes[i] = (byte)((i * 89) + (i * i * 7));
        return new Picture(width, height, channels, bytes);
    }

    /// <summary>A file whose rows take the five filters in turn.</summary>
    private static byte[] Filtered(Picture picture)
    {
        int row = picture.Width * picture.Channels, step = picture.Channels;
        using MemoryStream packed = new();
        using (ZLibStream zlib = new(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            for (int y = 0; y < picture.Height; y++)
            {
                int filter = y % 5;
                zlib.WriteByte((byte)filter);
                for (int i = 0; i < row; i++)
                {
                    int At(int dy, int dx) => y - dy < 0 || i - dx < 0 ? 0 : picture.Bytes[((y - dy) * row) + i - dx];
                    int left = At(0, step), up = At(1, 0), corner = At(1, step), estimate = left + up - corner;
                    int paeth = new[] { left, up, corner }.MinBy(value => Math.Abs(estimate - value));
                    int guess = new[] { 0, left, up, (left + up) / 2, paeth }[filter];
                    zlib.WriteByte((byte)(picture.Bytes[(y * row) + i] - guess));
                }
            }
        }

        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, picture.Width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), picture.Height);
        (header[8], header[9]) = (8, (byte)(picture.Channels == 1 ? 0 : 2));

        // Pixels may come in any number of chunks, with others between.
        byte[] data = packed.ToArray();
        return [.. Header(), .. Chunk("IHDR", header), .. Chunk("tEXt", [65, 0, 66]), .. Chunk("IDAT", data[..5]), .. Chunk("IDAT", data[5..]), .. Chunk("IEND", [])];
    }

    private static byte[] Header() => [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

    private static byte[] Header(byte colour) => [.. Header(), .. Chunk("IHDR", [0, 0, 0, 1, 0, 0, 0, 1, 8, colour, 0, 0, 0]), .. Chunk("IEND", [])];

    private static byte[] Chunk(string type, byte[] data)
    {
        byte[] chunk = new byte[12 + data.Length];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        Encoding.ASCII.GetBytes(type).CopyTo(chunk, 4);
        data.CopyTo(chunk, 8);
        uint crc = uint.MaxValue;
        foreach (byte value in chunk.AsSpan(4, 4 + data.Length))
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++) crc = (crc & 1) == 0 ? crc >> 1 : 0xedb88320 ^ (crc >> 1);
        }

        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + data.Length), ~crc);
        return chunk;
    }
}
