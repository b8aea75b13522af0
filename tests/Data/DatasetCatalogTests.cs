namespace Cluster.Data.Tests;

public class DatasetCatalogTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void UnknownNameNamesTheNearest()
    {
        Assert.Contains("no data set 'mnits'; those nearest to it: mnist,", Error("mnits", "train"));
        Assert.Contains("nearest to it: digits,", Error("digit", "train"));
        Assert.Contains("nearest to it: fashion-mnist,", Error("FashionMNIST", "train"));
    }

    [Theory]
    [InlineData("digits")]
    [InlineData("mnist")]
    public void UnknownSplitNamesTheSplits(string name) =>
        Assert.Contains($"data set {name} has no split 'tset'; it has test, train", Error(name, "tset"));

    [Fact]
    public void MissingFilesSayEveryPlaceAndWhatToDo()
    {
        string first = Path.Combine(_folder.Path, "first"), second = Path.Combine(_folder.Path, "second");
        Directory.CreateDirectory(second);
        string message = Assert.Throws<DatasetException>(() => DatasetCatalog.Open("mnist", "test", [first, second])).Message;
        Assert.Contains("data set mnist has no test images here. Looked for t10k-images-idx3-ubyte and t10k-images-idx3-ubyte.gz in", message);
        Assert.Contains($"  {first} (no such folder)\n", message);
        Assert.Contains($"  {Path.Combine(first, "mnist")} (no such folder)\n", message);
        Assert.Contains($"  {second}\n", message);
        Assert.Contains("cluster data fetch mnist", message);
        Assert.Contains("--data DIR or $CLUSTER_DATA", message);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("mnist/", true)]
    public void MnistIsOpenedFromTheFolderOrItsOwnOne(string place, bool gzipped)
    {
        Put(place, 6, 6, gzipped);
        ImageDataset data = DatasetCatalog.Open("mnist", "train", [_folder.Path]);
        Assert.Equal(("mnist", "train", 6, 1, 3, 5, 255), (data.Name, data.Split, data.Count, data.Channels, data.Height, data.Width, data.MaximumValue));
        Assert.Equal(IdxBytes.Content(90), data.Bytes.ToArray());
        Assert.Equal([0, 7, 14, 21, 28, 35], data.Labels!);
    }

    [Fact]
    public void TheFirstFolderWins()
    {
        Put("a/", 2, 2, false);
        Put("b/", 3, 3, false);
        string a = Path.Combine(_folder.Path, "a"), b = Path.Combine(_folder.Path, "b");
        Assert.Equal(2, DatasetCatalog.Open("mnist", "train", [a, b]).Count);
        Assert.Equal(3, DatasetCatalog.Open("mnist", "train", [b, a]).Count);
    }

    [Fact]
    public void FashionIsNeverTakenForMnist()
    {
        Put("fashion-mnist/", 2, 2, false);
        Put("plain/", 3, 3, false);
        string fashion = Path.Combine(_folder.Path, "fashion-mnist"), plain = Path.Combine(_folder.Path, "plain");
        Assert.Equal(2, DatasetCatalog.Open("fashion-mnist", "train", [_folder.Path]).Count);
        Assert.Equal(2, DatasetCatalog.Open("fashion-mnist", "train", [fashion + "/"]).Count);
        Assert.Throws<DatasetException>(() => DatasetCatalog.Open("mnist", "train", [fashion]));
        Assert.Throws<DatasetException>(() => DatasetCatalog.Open("fashion-mnist", "train", [plain]));
    }

    [Fact]
    public void LabelsMayBeAbsent()
    {
        _folder.File("train-images-idx3-ubyte", IdxBytes.Images(2));
        Assert.Null(DatasetCatalog.Open("mnist", "train", [_folder.Path]).Labels);
    }

    [Fact]
    public void CountsThatDifferAreRefused()
    {
        Put("", 6, 5, false);
        string message = Assert.Throws<DatasetException>(() => DatasetCatalog.Open("mnist", "train", [_folder.Path])).Message;
        Assert.Contains("train-labels-idx1-ubyte holds 5 labels", message);
        Assert.Contains("train-images-idx3-ubyte holds 6 images", message);
    }

    [Fact]
    public void ADamagedFileIsAnErrorEvenWhereAnotherFolderHasAGoodOne()
    {
        _folder.File("a/train-images-idx3-ubyte", IdxBytes.Labels(2));
        Put("b/", 3, 3, false);
        string message = Assert.Throws<DatasetException>(() =>
            DatasetCatalog.Open("mnist", "train", [Path.Combine(_folder.Path, "a"), Path.Combine(_folder.Path, "b")])).Message;
        Assert.Contains("is a label file", message);
    }

    [Fact]
    public void TheListSaysWhereOrHow()
    {
        IReadOnlyList<DatasetRow> rows = DatasetCatalog.List([_folder.Path]);
        Assert.Equal(DatasetCatalog.Names, rows.Select(row => row.Name));
        Assert.Equal((true, "built in"), (rows[0].Available, rows[0].Where));
        Assert.Contains("E. Alpaydin and C. Kaynak", rows[0].Attribution);
        Assert.Contains("10.24432/C50P49; CC BY 4.0", rows[0].Attribution);
        Assert.Equal((false, "cluster data fetch mnist"), (rows[1].Available, rows[1].Where));

        Put("mnist/", 1, 1, false);
        DatasetRow mnist = DatasetCatalog.List([_folder.Path])[1];
        Assert.Equal((true, Path.Combine(_folder.Path, "mnist")), (mnist.Available, mnist.Where));
    }

    [Fact]
    public void TheSearchOrderIsFlagVariableDataShared()
    {
        string current = Path.Combine(_folder.Path, "here"), shared = Path.Combine(_folder.Path, "shared", "data");
        Assert.Equal(
            [Path.Combine(current, "mine"), "/elsewhere", Path.Combine(current, "data"), shared],
            DatasetLocator.SearchFolders("mine", "/elsewhere", current));
        Assert.Equal([Path.Combine(current, "data"), shared], DatasetLocator.SearchFolders(null, "", current));
        Assert.Equal([Path.Combine(current, "data"), shared], DatasetLocator.SearchFolders("./data", null, current));
    }

    private void Put(string place, int images, int labels, bool gzipped)
    {
        string end = gzipped ? ".gz" : "";
        byte[] imageFile = IdxBytes.Images(images), labelFile = IdxBytes.Labels(labels);
        _folder.File($"{place}train-images-idx3-ubyte{end}", gzipped ? IdxBytes.Gzip(imageFile) : imageFile);
        _folder.File($"{place}train-labels-idx1-ubyte{end}", gzipped ? IdxBytes.Gzip(labelFile) : labelFile);
    }

    private string Error(string name, string split) =>
        Assert.Throws<DatasetException>(() => DatasetCatalog.Open(name, split, [_folder.Path])).Message;
}
