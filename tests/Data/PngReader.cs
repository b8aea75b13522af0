using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Cluster.Data.Tests;

/// <summary>As much of PNG as the writer writes; checks signature, order and the sum of every chunk bit by bit.</summary>
internal static class PngReader
{
    public static Picture Read(byte[] file)
    {
        Assert.Equal([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a], file[..8]);
        List<(string Type, byte[] Data)> chunks = [];
        for (int at = 8; at < file.Length;)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at));
            Assert.Equal(Crc(file.AsSpan(at + 4, 4 + length)), BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at + 8 + length)));
            chunks.Add((Encoding.ASCII.GetString(file, at + 4, 4), file[(at + 8)..(at + 8 + length)]));
            at += 12 + length;
        }

        Assert.Equal(["IHDR", "IDAT", "IEND"], chunks.Select(chunk => chunk.Type));
        byte[] header = chunks[0].Data;
        Assert.Equal(13, header.Length);
        int width = BinaryPrimitives.ReadInt32BigEndian(header), height = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(4));
        int channels = header[9] switch { 0 => 1, 2 => 3, _ => 0 };
        Assert.Equal([8, header[9], 0, 0, 0], header[8..]);

        using MemoryStream plain = new();
        using (ZLibStream zlib = new(new MemoryStream(chunks[1].Data), CompressionMode.Decompress)) zlib.CopyTo(plain);
        byte[] rows = plain.ToArray();
        int stride = 1 + width * channels;
        Assert.Equal(stride * height, rows.Length);
        byte[] bytes = new byte[width * height * channels];
        for (int y = 0; y < height; y++)
        {
            Assert.Equal(0, rows[y * stride]);
            rows.AsSpan(y * stride + 1, stride - 1).CopyTo(bytes.AsSpan(y * (stride - 1)));
        }

        return new Picture(width, height, channels, bytes);
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++) crc = (crc & 1) == 0 ? crc >> 1 : 0xedb88320 ^ (crc >> 1);
        }

        return ~crc;
    }
}
