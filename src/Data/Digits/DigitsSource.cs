using System.IO.Compression;

namespace Cluster.Data;

/// <summary>
/// The data set that is always there: 1,797 handwritten digits of 8x8 pixels with values 0 to 16. Split "train" is the first 1,500
/// images, "test" the last 297, in the order of the file.
/// Source: E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, 1998.
/// </summary>
internal sealed class DigitsSource : IDatasetSource
{
    private const int Side = 8, Pixels = Side * Side, Maximum = 16, Total = 1797, Train = 1500;

    public string Name => "digits";

    public IReadOnlyList<string> Splits { get; } = ["train", "test"];

    public string Images => $"{Train} train, {Total - Train} test";

    public string Size => "8x8 grey";

    public string Attribution =>
        "E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, 1998, doi 10.24432/C50P49; CC BY 4.0";

    public string HowToGet => "built in";

    public string? Find(IReadOnlyList<string> folders) => "built in";

    public ImageDataset Open(string split, IReadOnlyList<string> folders)
    {
        (byte[] pixels, int[] labels) = Read();
        (int first, int count) = split == "train" ? (0, Train) : (Train, Total - Train);
        return new ImageDataset(
            Name, split, 1, Side, Side, pixels.AsMemory(first * Pixels, count * Pixels), labels[first..(first + count)], Maximum);
    }

    private static (byte[] Pixels, int[] Labels) Read()
    {
        byte[] pixels = new byte[Total * Pixels];
        int[] labels = new int[Total];
        using Stream resource = typeof(DigitsSource).Assembly.GetManifestResourceStream("digits.csv.gz")
            ?? throw new InvalidOperationException("The digits were left out of this build.");
        using StreamReader lines = new(new GZipStream(resource, CompressionMode.Decompress));
        for (int image = 0; image < Total; image++)
        {
            ReadOnlySpan<char> line = lines.ReadLine();
            int column = 0;
            foreach (Range field in line.Split(','))
            {
                byte value = byte.Parse(line[field]);
                if (column < Pixels) pixels[image * Pixels + column] = value;
                else labels[image] = value;
                column++;
            }

            if (column != Pixels + 1) throw new InvalidOperationException($"Line {image + 1} of the built-in digits has {column} fields, not {Pixels + 1}.");
        }

        return (pixels, labels);
    }
}
