using System.Buffers.Binary;
using System.IO.Compression;

namespace Cluster.Data;

/// <summary>
/// Reads the IDX files of MNIST, gzipped or not: content decides, not the name. A file is a magic number whose third byte is the
/// element type (8: unsigned byte) and whose fourth the number of dimensions, then the dimensions, then the elements; all numbers big
/// endian. Source: Y. LeCun, C. Cortes and C. J. C. Burges, The MNIST database of handwritten digits.
/// </summary>
public static class IdxReader
{
    /// <summary>Magic number of a file of images.</summary>
    public const uint ImageMagic = 0x00000803;

    /// <summary>Magic number of a file of labels.</summary>
    public const uint LabelMagic = 0x00000801;

    // No deflate stream grows by more than 1032 to 1 (zlib's technical notes): a header that promises more is false.
    private const long LargestRatio = 1032;

    /// <summary>Reads a file of images.</summary>
    /// <exception cref="DatasetException">The file is missing, unreadable, truncated, too long, or not a file of images.</exception>
    public static IdxImages ReadImages(string path)
    {
        (int[] sizes, byte[] bytes) = Read(path, ImageMagic);
        return new IdxImages(sizes[0], sizes[1], sizes[2], bytes);
    }

    /// <summary>Reads a file of labels, one byte each.</summary>
    /// <exception cref="DatasetException">The file is missing, unreadable, truncated, too long, or not a file of labels.</exception>
    public static byte[] ReadLabels(string path) => Read(path, LabelMagic).Bytes;

    private static (int[] Sizes, byte[] Bytes) Read(string path, uint magic)
    {
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
            bool gzipped = file.ReadByte() == 0x1f && file.ReadByte() == 0x8b;
            file.Position = 0;
            using Stream content = gzipped ? new GZipStream(file, CompressionMode.Decompress) : file;
            (int[] sizes, byte[] bytes) = Read(path, magic, content, file.Length, gzipped);
            if (gzipped) CheckEnd(path, file, 4L * (1 + sizes.Length) + bytes.Length);
            return (sizes, bytes);
        }
        catch (Exception problem) when (problem is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new DatasetException($"{path}: there is no such file", problem);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new DatasetException($"{path}: cannot be read: {problem.Message}", problem);
        }
    }

    private static (int[] Sizes, byte[] Bytes) Read(string path, uint magic, Stream content, long fileLength, bool gzipped)
    {
        string kind = magic == ImageMagic ? "image" : "label";
        byte[] header = new byte[magic == ImageMagic ? 16 : 8];
        int found = Fill(content, header, out string? broken);
        if (found >= 4) CheckMagic(path, BinaryPrimitives.ReadUInt32BigEndian(header), magic);
        if (found < header.Length)
            throw new DatasetException($"{path}: truncated: the header of an IDX {kind} file has {header.Length} bytes, found {found}{broken}");

        uint[] sizes = new uint[(header.Length - 4) / 4];
        UInt128 elements = 1;
        for (int i = 0; i < sizes.Length; i++)
        {
            sizes[i] = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(4 + 4 * i));
            elements *= sizes[i];
        }

        string claim = magic == ImageMagic ? $"{sizes[0]} images of {sizes[1]}x{sizes[2]}" : $"{sizes[0]} labels";
        if (elements == 0) throw new DatasetException($"{path}: holds nothing: its header says {claim}");
        UInt128 expected = elements + (uint)header.Length;
        if (gzipped ? expected > (UInt128)(fileLength * LargestRatio) : expected > (UInt128)fileLength)
        {
            throw new DatasetException(gzipped
                ? $"{path}: its header says {claim}, {expected} bytes, more than {fileLength} gzipped bytes can hold: the file is damaged"
                : $"{path}: truncated: expected {expected} bytes ({claim} after a header of {header.Length}), found {fileLength}");
        }

        if (elements > (UInt128)Array.MaxLength)
            throw new DatasetException($"{path}: its header says {claim}, {expected} bytes; at most {Array.MaxLength} can be read");

        byte[] bytes = new byte[(int)elements];
        found = Fill(content, bytes, out broken);
        if (found < bytes.Length)
            throw new DatasetException($"{path}: truncated: expected {expected} bytes ({claim} after a header of {header.Length}), found {found + header.Length}{broken}");
        if (Fill(content, new byte[1], out broken) > 0)
        {
            string surplus = gzipped ? "more" : $"{fileLength}";
            throw new DatasetException($"{path}: bytes are left over: expected {expected} ({claim} after a header of {header.Length}), found {surplus}");
        }

        // Whole to the last byte, but gzip's own sum comes after it.
        if (broken is not null) throw new DatasetException($"{path}: damaged: all {expected} bytes were found{broken}");
        return ([.. sizes.Select(size => (int)size)], bytes);
    }

    /// <summary>
    /// A gzip file ends in its content's CRC-32 and length. The platform's reader checks them where they are there, and says nothing
    /// where they are cut off.
    /// </summary>
    private static void CheckEnd(string path, FileStream file, long length)
    {
        byte[] end = new byte[4];
        file.Seek(-end.Length, SeekOrigin.End);
        file.ReadExactly(end);
        uint said = BinaryPrimitives.ReadUInt32LittleEndian(end);
        if (said != (uint)length)
            throw new DatasetException($"{path}: truncated or damaged: its gzip data should end in the content's length {length}, but end in {said}; a file zipped in one piece does");
    }

    private static void CheckMagic(string path, uint found, uint wanted)
    {
        if (found == wanted) return;
        (string singular, string plural) = wanted == ImageMagic ? ("image", "images") : ("label", "labels");
        string what = found switch
        {
            ImageMagic => "is an image file",
            LabelMagic => "is a label file",
            _ when found >> 16 == 0 && (found & 0xff) is > 0 and < 8 && (found >> 8) is >= 8 and <= 14 => "is an IDX file of another kind",
            _ => $"is not an IDX {singular} file",
        };
        throw new DatasetException($"{path}: {what} (magic 0x{found:X8}); {plural} have 0x{wanted:X8}");
    }

    /// <summary>Reads until the span is full or the stream ends or breaks off; says in words how it broke.</summary>
    private static int Fill(Stream content, Span<byte> into, out string? broken)
    {
        broken = null;
        int total = 0;
        try
        {
            while (total < into.Length)
            {
                int read = content.Read(into[total..]);
                if (read == 0) break;
                total += read;
            }
        }
        catch (InvalidDataException problem)
        {
            broken = $", then its gzip data are broken ({problem.Message.TrimEnd('.')})";
        }

        return total;
    }
}
