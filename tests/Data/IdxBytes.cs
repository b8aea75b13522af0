using System.Buffers.Binary;
using System.IO.Compression;

namespace Cluster.Data.Tests;

/// <summary>IDX files made in memory.</summary>
internal static class IdxBytes
{
    public static byte[] Make(uint magic, uint[] sizes, byte[] content)
    {
        byte[] file = new byte[4 + 4 * sizes.Length + content.Length];
        BinaryPrimitives.WriteUInt32BigEndian(file, magic);
        for (int i = 0; i < sizes.Length; i++) BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(4 + 4 * i), sizes[i]);
        content.CopyTo(file, 4 + 4 * sizes.Length);
        return file;
    }

    /// <summary>Images whose bytes count up, 7 at a time.</summary>
    public static byte[] Images(int count, int height = 3, int width = 5) =>
        Make(IdxReader.ImageMagic, [(uint)count, (uint)height, (uint)width], Content(count * height * width));

    public static byte[] Labels(int count) => Make(IdxReader.LabelMagic, [(uint)count], Content(count));

    public static byte[] Content(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)(7 * i))];

    public static byte[] Gzip(byte[] bytes)
    {
        using MemoryStream compressed = new();
        using (GZipStream gzip = new(compressed, CompressionLevel.Optimal)) gzip.Write(bytes);
        return compressed.ToArray();
    }
}
