namespace Cluster.Data;

/// <summary>
/// Portable grey and pixel maps, binary (P5, P6) or in words (P2, P3), with a maximum of at most 255, which becomes full brightness.
/// Source: Netpbm, "PGM Format Specification" and "PPM Format Specification".
/// </summary>
public static class PnmReader
{
    private const int MostPixels = 1 << 28;

    /// <summary>The picture in a file's bytes.</summary>
    /// <param name="file">All of it.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="DatasetException">It is no such file, or damaged.</exception>
    public static Picture Decode(ReadOnlySpan<byte> file, string name)
    {
        if (file.Length < 2 || file[0] != 'P') throw Wrong(name, "it does not begin as one");
        (int channels, bool words) = (char)file[1] switch
        {
            '2' => (1, true),
            '3' => (3, true),
            '5' => (1, false),
            '6' => (3, false),
            var kind => throw Wrong(name, $"it is of kind P{kind}; P2, P3, P5 and P6 are read"),
        };
        int at = 2;
        int width = Number(file, ref at, name), height = Number(file, ref at, name), maximum = Number(file, ref at, name);
        if (width < 1 || height < 1 || (long)width * height > MostPixels) throw Wrong(name, $"it is {width}x{height}");
        if (maximum is < 1 or > 255) throw Wrong(name, $"its maximum is {maximum}; it must be 1 to 255");
        byte[] pixels = new byte[checked(width * height * channels)];

        // One blank ends the header; what follows are pixels, blank or not.
        if (!words && file.Length - ++at < pixels.Length) throw Wrong(name, "it ends early");
        for (int i = 0; i < pixels.Length; i++)
        {
            int value = words ? Number(file, ref at, name) : file[at++];
            if (value > maximum) throw Wrong(name, $"a pixel is {value}, above its maximum {maximum}");
            pixels[i] = (byte)(((value * 255) + (maximum / 2)) / maximum);
        }

        return new Picture(width, height, channels, pixels);
    }

    private static int Number(ReadOnlySpan<byte> file, ref int at, string name)
    {
        while (at < file.Length && (char.IsWhiteSpace((char)file[at]) || file[at] == '#'))
        {
            if (file[at] == '#') while (at < file.Length && file[at] != '\n') at++;
            else at++;
        }

        int number = -1;
        for (; at < file.Length && char.IsAsciiDigit((char)file[at]); at++)
        {
            number = (Math.Max(number, 0) * 10) + (file[at] - '0');
            if (number > 1 << 24) throw Wrong(name, "a number in it is too large");
        }

        return number >= 0 ? number : throw Wrong(name, at < file.Length ? "a number is missing" : "it ends early");
    }

    private static DatasetException Wrong(string name, string what) => new($"{name} is no PGM or PPM that can be read: {what}");
}
