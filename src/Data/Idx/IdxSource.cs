namespace Cluster.Data;

/// <summary>A data set of four IDX files with the names that MNIST's have, gzipped or not.</summary>
internal sealed class IdxSource : IDatasetSource
{
    public static readonly IdxSource Mnist = new()
    {
        Name = "mnist",
        Attribution = "Y. LeCun, C. Cortes and C. J. C. Burges, The MNIST database of handwritten digits, 1998; CC BY-SA 3.0",
        HowToGet = "cluster data fetch mnist",
        Unnamed = true,
    };

    public static readonly IdxSource FashionMnist = new()
    {
        Name = "fashion-mnist",
        Attribution = "H. Xiao, K. Rasul and R. Vollgraf, Fashion-MNIST, 2017, arXiv 1708.07747; MIT",
        HowToGet = "put the four files of https://github.com/zalandoresearch/fashion-mnist into ./data/fashion-mnist",
    };

    private static readonly string[] Known = [Mnist.Name, FashionMnist.Name];

    public required string Name { get; init; }

    public required string Attribution { get; init; }

    public required string HowToGet { get; init; }

    /// <summary>Whether files in a folder that is named after no data set are this one's.</summary>
    private bool Unnamed { get; init; }

    public IReadOnlyList<string> Splits { get; } = ["train", "test"];

    public string Images => "60000 train, 10000 test";

    public string Size => "28x28 grey";

    public string? Find(IReadOnlyList<string> folders) =>
        Places(folders).FirstOrDefault(place => Splits.Any(split => File(place, ImageFile(split)) is not null));

    public ImageDataset Open(string split, IReadOnlyList<string> folders)
    {
        string? place = Places(folders).FirstOrDefault(place => File(place, ImageFile(split)) is not null);
        if (place is null) throw Missing(split, folders);

        string imagePath = File(place, ImageFile(split))!;
        IdxImages images = IdxReader.ReadImages(imagePath);
        int[]? labels = null;
        if (File(place, LabelFile(split)) is { } labelPath)
        {
            labels = [.. IdxReader.ReadLabels(labelPath).Select(label => (int)label)];
            if (labels.Length != images.Count)
                throw new DatasetException($"{labelPath} holds {labels.Length} labels, but {imagePath} holds {images.Count} images: they are not of one data set");
        }

        return new ImageDataset(Name, split, 1, images.Height, images.Width, images.Bytes, labels, byte.MaxValue);
    }

    private static string Prefix(string split) => split == "train" ? "train" : "t10k";

    private static string ImageFile(string split) => $"{Prefix(split)}-images-idx3-ubyte";

    private static string LabelFile(string split) => $"{Prefix(split)}-labels-idx1-ubyte";

    private static string? File(string place, string name) =>
        new[] { Path.Combine(place, name), Path.Combine(place, name + ".gz") }.FirstOrDefault(System.IO.File.Exists);

    private IEnumerable<string> Places(IReadOnlyList<string> folders) => DatasetLocator.Places(Name, Unnamed, Known, folders);

    private DatasetException Missing(string split, IReadOnlyList<string> folders)
    {
        IEnumerable<string> looked = Places(folders).Select(place => $"  {place}{(Directory.Exists(place) ? "" : " (no such folder)")}");
        return new DatasetException(
            $"""
            data set {Name} has no {split} images here. Looked for {ImageFile(split)} and {ImageFile(split)}.gz in
            {string.Join('\n', looked)}
            To get them: {HowToGet}. Or name the folder that has them with --data DIR or ${DatasetLocator.Variable}.
            """);
    }
}
