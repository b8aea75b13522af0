using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace Cluster.Data;

/// <summary>
/// NumPy's array files, format 1 to 3 (NEP 1): uint8, float32 or float64, little-endian, in C order, of shape (N, D), (N, H, W) or
/// (N, C, H, W). Bytes are brightness from 0 to 255.
/// </summary>
internal static partial class NpyReader
{
    /// <exception cref="DatasetException">Another kind of array, a damaged file, or a value that is not finite.</exception>
    public static ImageDataset Read(string path, string name, string split)
    {
        using FileStream file = File.OpenRead(path);
        string header = Header(file, path);
        string type = Field(header, TypePattern(), path), order = Field(header, OrderPattern(), path);
        int[] shape = [.. Field(header, ShapePattern(), path).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(size => int.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out int n) && n > 0 ? n : throw Wrong(path, $"its shape holds '{size}'"))];
        if (order != "False") throw Wrong(path, "it is in Fortran order; save it with numpy.ascontiguousarray");
        (int channels, int height, int width) = shape switch
        {
            [_, var length] => Vector(length),
            [_, var rows, var columns] => (1, rows, columns),
            [_, 1 or 3, var rows, var columns] => (shape[1], rows, columns),
            _ => throw Wrong(path, $"its shape is ({string.Join(", ", shape)}); it must be (N, D), (N, H, W) or (N, C, H, W) with 1 or 3 channels"),
        };
        long count = shape.Aggregate(1L, (product, size) => product * size);
        int element = type switch { "|u1" => 1, "<f4" => 4, "<f8" => 8, _ => throw Wrong(path, $"its type is {type}; it must be uint8, float32 or float64 (|u1, <f4, <f8)") };
        if (file.Length - file.Position != count * element || count * element > Array.MaxLength)
            throw Wrong(path, $"its header promises {count * element} bytes of values, {file.Length - file.Position} are there");
        byte[] bytes = new byte[count * element];
        file.ReadExactly(bytes);
        if (element == 1) return new ImageDataset(name, split, channels, height, width, bytes, labels: null, byte.MaxValue);

        float[] values = element == 4
            ? MemoryMarshal.Cast<byte, float>(bytes).ToArray()
            : Array.ConvertAll(MemoryMarshal.Cast<byte, double>(bytes).ToArray(), value => (float)value);
        FileDataset.RequireFinite(path, values, channels * height * width);
        return new ImageDataset(name, split, channels, height, width, values, labels: null);
    }

    private static (int Channels, int Height, int Width) Vector(int length)
    {
        (int height, int width) = FileDataset.Shape(length);
        return (1, height, width);
    }

    private static string Header(FileStream file, string path)
    {
        Span<byte> start = stackalloc byte[12];
        if (file.ReadAtLeast(start, 12, throwOnEndOfStream: false) < 12 || start[0] != 0x93 || !start[1..6].SequenceEqual("NUMPY"u8))
            throw Wrong(path, "it does not begin as one");
        int length = start[6] == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(start[8..]) : BinaryPrimitives.ReadInt32LittleEndian(start[8..]);
        file.Position = start[6] == 1 ? 10 : 12;
        if (length is < 1 or > 65536 || length > file.Length - file.Position) throw Wrong(path, $"its header has {length} bytes");
        byte[] header = new byte[length];
        file.ReadExactly(header);
        return Encoding.Latin1.GetString(header);
    }

    private static string Field(string header, Regex pattern, string path) => pattern.Match(header) is { Success: true } found
        ? found.Groups[1].Value
        : throw Wrong(path, $"its header is {header.Trim()}");

    private static DatasetException Wrong(string path, string what) => new($"{path} is no array file that can be read: {what}");

    [GeneratedRegex("'descr'\\s*:\\s*'([^']*)'")]
    private static partial Regex TypePattern();

    [GeneratedRegex("'fortran_order'\\s*:\\s*(True|False)")]
    private static partial Regex OrderPattern();

    [GeneratedRegex("'shape'\\s*:\\s*\\(([0-9, ]*)\\)")]
    private static partial Regex ShapePattern();
}
