using System.Buffers.Binary;

namespace Cluster.Client.Tests;

/// <summary>The data verbs, and data that cannot be read.</summary>
public sealed class DataTests : IDisposable
{
    private const uint Images = 0x803;
    private const uint Labels = 0x801;

    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task TheListSaysWhatIsHere()
    {
        Idx(Images, 20, 3, 3);
        Outcome list = (await Workplace.Cluster("data", "list", "--data", _place.Path("data"))).Succeeded();
        Assert.Matches(@"(?m)^digits +yes ", list.Out);
        Assert.Matches(@"(?m)^mnist +yes .*" + _place.Path("data"), list.Out);
        Assert.Matches(@"(?m)^fashion-mnist +no ", list.Out);
    }

    [Fact]
    public async Task ImagesInADataFolderTrain()
    {
        Idx(Images, 20, 3, 3);
        Assert.Contains("tiny-001 finished", (await Mnist()).Succeeded().Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MissingData()
    {
        Directory.CreateDirectory(_place.Path("data"));
        (await Mnist()).Refused("mnist", "train-images-idx3-ubyte", "--data");
        Assert.False(Directory.Exists(_place.InRun("tiny-001")));
    }

    [Fact]
    public async Task TruncatedImages()
    {
        string file = Idx(Images, 20, 3, 3);
        File.WriteAllBytes(file, File.ReadAllBytes(file)[..^1]);
        (await Mnist()).Refused(file, "truncated", "196", "195");
    }

    [Fact]
    public async Task LabelsInPlaceOfImages() => (await Mnist(Idx(Labels, 20))).Refused("label file", "0x00000803");

    [Fact]
    public async Task OnlyMnistIsFetched() => (await Workplace.Cluster("data", "fetch", "digits")).Refused("digits", "mnist");

    /// <summary>Needs no network: the folder is made before the first byte is asked for.</summary>
    [Fact]
    public async Task AFolderThatCannotTakeTheDownload() =>
        (await Workplace.Cluster("data", "fetch", "mnist", "--to", Path.Combine(_place.File, "data"))).Refused(_place.File, "cannot be written");

    [Fact]
    public async Task ADataFolderThatIsNotThere() =>
        (await Workplace.Cluster("data", "list", "--data", _place.Path("nowhere"))).Refused("--data", "nowhere");

    private Task<Outcome> Mnist(string? file = null)
    {
        Assert.True(file is null || File.Exists(file));
        return _place.Here("run", _place.File, "--set", "data=mnist", "--set", "steps=2", "--data", _place.Path("data"));
    }

    /// <summary>A whole IDX file where the training images are looked for.</summary>
    private string Idx(uint magic, params int[] sizes)
    {
        Directory.CreateDirectory(_place.Path("data"));
        string path = _place.Path("data", "train-images-idx3-ubyte");
        int elements = sizes.Aggregate(1, (product, size) => product * size);
        byte[] bytes = new byte[4 + 4 * sizes.Length + elements];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, magic);
        for (int i = 0; i < sizes.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4 + 4 * i), sizes[i]);
        }

        File.WriteAllBytes(path, bytes);
        return path;
    }
}
