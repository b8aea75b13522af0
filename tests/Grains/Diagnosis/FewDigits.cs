using System.Text;
using Cluster.Data;

namespace Cluster.Grains.Tests.Diagnosis;

/// <summary>Some of the built-in digits as arrays of a train and a test split, in a folder of their own.</summary>
internal sealed class FewDigits : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cluster-digits-").FullName;

    /// <summary>The first images for training, the next for tests.</summary>
    public FewDigits(int train, int test = 100)
    {
        ImageDataset digits = DatasetCatalog.Open("digits", "train", []);
        Write("train", digits, 0, train);
        Write("test", digits, train, test);
    }

    /// <summary>The name of the data set.</summary>
    public string Name => Path.Combine(_folder, "{split}.npy");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Write(string split, ImageDataset digits, int first, int count)
    {
        float[] pixels = new float[count * digits.Pixels];
        digits.Gather([.. Enumerable.Range(first, count)], pixels, 0, 255);
        byte[] bytes = Array.ConvertAll(pixels, pixel => (byte)pixel);

        string header = $"{{'descr': '|u1', 'fortran_order': False, 'shape': ({count}, 1, 8, 8), }}";
        header = header.PadRight(((header.Length + 11 + 63) / 64 * 64) - 11) + "\n";
        using FileStream file = File.Create(Path.Combine(_folder, split + ".npy"));
        file.Write([0x93, .. "NUMPY"u8, 1, 0, (byte)(header.Length & 255), (byte)(header.Length >> 8)]);
        file.Write(Encoding.ASCII.GetBytes(header));
        file.Write(bytes);
    }
}
