using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;

namespace Cluster.Data.Tests;

public sealed class FileDatasetTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_csv_file_gives_its_rows_as_they_are()
    {
        Write("points.csv", "1.5,-2,3e-2\n\n0,4,5\n");
        ImageDataset data = Open("points.csv");
        Assert.Equal((2, 1, 1, 3, false), (data.Count, data.Channels, data.Height, data.Width, data.IsScaled));
        Assert.Equal([1.5f, -2, 0.03f, 0, 4, 5], Rows(data));
        Assert.Equal((-2f, 5f), (data.Minimum, data.Maximum));
        Assert.Null(data.Labels);
    }

    [Fact]
    public void A_header_names_the_label_and_a_square_row_is_an_image()
    {
        using (GZipStream file = new(File.Create(Path.Combine(_folder.Path, "train.csv.gz")), CompressionMode.Compress))
        {
            file.Write(Encoding.UTF8.GetBytes("a,b,label,c,d\n1,2,7,3,4\n5,6,0,7,8\n"));
        }

        ImageDataset data = DatasetCatalog.Open("{split}.csv.gz", "train", [_folder.Path]);
        Assert.Equal((2, 2, 2), (data.Count, data.Height, data.Width));
        Assert.Equal([7, 0], data.Labels!);
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], Rows(data));
    }

    [Theory]
    [InlineData("1,2\n3,NaN\n", "row 2, column 2: 'NaN' is not a finite number")]
    [InlineData("x,y\n3,\n", "row 2, column 2: '' is not a finite number")]
    [InlineData("1,2\n3,four\n", "row 2, column 2: 'four' is not a finite number")]
    [InlineData("1,1e60\n", "row 1, column 2: '1e60' is not a finite number")]
    [InlineData("1,2\n3\n", "row 2: has 1 values, the first row has 2; every row must have as many")]
    [InlineData("label,x\n-1,2\n", "row 2: the label '-1' must be a whole number of at least 0")]
    [InlineData("x,y\n", "holds no row of numbers")]
    public void A_bad_row_is_named(string text, string message)
    {
        Write("bad.csv", text);
        string said = Assert.Throws<DatasetException>(() => Open("bad.csv")).Message;
        Assert.Contains(Path.Combine(_folder.Path, "bad.csv"), said);
        Assert.Contains(message, said);
    }

    [Fact]
    public void NumPy_arrays_of_bytes_scale_and_of_floats_do_not()
    {
        WriteArray("bytes.npy", "|u1", "2, 1, 2, 3", [.. Enumerable.Range(0, 12).Select(i => (byte)(i * 23))]);
        ImageDataset bytes = Open("bytes.npy");
        Assert.Equal((2, 1, 2, 3, true), (bytes.Count, bytes.Channels, bytes.Height, bytes.Width, bytes.IsScaled));
        Assert.Equal(23 / 255f, Rows(bytes)[1], 1e-6f);

        float[] values = [1, 2, 3, 4, -5, 6];
        WriteArray("floats.npy", "<f4", "3, 2", MemoryMarshal.AsBytes(values.AsSpan()).ToArray());
        Assert.Equal(values, Rows(Open("floats.npy")));

        double[] doubles = [0.5, 2, 3, 4];
        WriteArray("doubles.npy", "<f8", "1, 2, 2", MemoryMarshal.AsBytes(doubles.AsSpan()).ToArray());
        Assert.Equal([0.5f, 2, 3, 4], Rows(Open("doubles.npy")));
    }

    [Theory]
    [InlineData("<i8", "2, 1", 16, "its type is <i8; it must be uint8, float32 or float64")]
    [InlineData("<f4", "2, 1", 7, "its header promises 8 bytes of values, 7 are there")]
    [InlineData("<f4", "2,", 8, "its shape is (2); it must be (N, D), (N, H, W) or (N, C, H, W)")]
    public void Other_arrays_are_refused(string type, string shape, int length, string message)
    {
        WriteArray("bad.npy", type, shape, new byte[length]);
        Assert.Contains(message, Assert.Throws<DatasetException>(() => Open("bad.npy")).Message);
    }

    [Fact]
    public void What_is_not_finite_in_an_array_is_named_by_row_and_column()
    {
        float[] values = [1, 2, 3, float.NaN];
        WriteArray("nan.npy", "<f4", "2, 2", MemoryMarshal.AsBytes(values.AsSpan()).ToArray());
        Assert.Contains("nan.npy, row 2, column 2: NaN is not a finite number", Assert.Throws<DatasetException>(() => Open("nan.npy")).Message);
    }

    [Fact]
    public void What_is_no_array_at_all_is_refused()
    {
        Write("text.npy", "not an array, but long enough to hold a header");
        Assert.Contains("text.npy is no array file that can be read: it does not begin as one", Assert.Throws<DatasetException>(() => Open("text.npy")).Message);
    }

    [Fact]
    public void A_missing_file_and_a_missing_split_say_what_would_be_right()
    {
        Assert.Contains($"Looked for {Path.GetFullPath("no.csv")} and {Path.Combine(_folder.Path, "no.csv")}", Assert.Throws<DatasetException>(() => Open("no.csv")).Message);
        Assert.Contains(
            "data set points.csv has no split 'test': a file without {split} in its name is the split train alone",
            Assert.Throws<DatasetException>(() => DatasetCatalog.Open("points.csv", "test", [_folder.Path])).Message);
    }

    [Fact]
    public void Values_outside_a_range_are_found()
    {
        Write("points.csv", "0,1\n0.5,1.25\n");
        ImageDataset data = Open("points.csv");
        Assert.Equal((1, 1, 1.25f), data.FirstOutside(0, 1));
        Assert.Null(data.FirstOutside(0, 2));
        Assert.Null(DatasetCatalog.Open("digits", "train", []).FirstOutside(0, 1));
    }

    private ImageDataset Open(string name) => DatasetCatalog.Open(name, "train", [_folder.Path]);

    private static float[] Rows(ImageDataset data)
    {
        float[] rows = new float[data.Count * data.Pixels];
        data.Gather([.. Enumerable.Range(0, data.Count)], rows, 0, 1);
        return rows;
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder.Path, name), text);

    private void WriteArray(string name, string type, string shape, byte[] values)
    {
        string header = $"{{'descr': '{type}', 'fortran_order': False, 'shape': ({shape}), }}\n";
        File.WriteAllBytes(Path.Combine(_folder.Path, name), [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, (byte)(header.Length >> 8), .. Encoding.Latin1.GetBytes(header), .. values]);
    }
}
