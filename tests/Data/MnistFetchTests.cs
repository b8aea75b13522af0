using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Cluster.Data.Tests;

public class MnistFetchTests : IDisposable
{
    private static readonly byte[] Images = IdxBytes.Gzip(IdxBytes.Images(6));
    private static readonly byte[] Labels = IdxBytes.Gzip(IdxBytes.Labels(6));

    private static readonly PinnedFile[] Files = [Pin("train-images-idx3-ubyte.gz", Images), Pin("train-labels-idx1-ubyte.gz", Labels)];

    private readonly TempFolder _folder = new();

    private string Target => Path.Combine(_folder.Path, "data", "mnist");

    private string ImagePath => Path.Combine(Target, Files[0].Name);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task WhatIsFetchedCanBeOpened()
    {
        await using FileServer server = new(Good());
        Told told = new();
        await MnistFetch.FetchAsync(Target, Options(server.Address), told);
        Assert.Equal(["/files/train-images-idx3-ubyte.gz", "/files/train-labels-idx1-ubyte.gz"], server.Asked);
        Assert.Equal(6, DatasetCatalog.Open("mnist", "train", [Path.GetDirectoryName(Target)!]).Count);
        Assert.Equal(2, Directory.GetFiles(Target).Length);
        Assert.Contains(new FetchProgress(Files[0], Images.Length, false), told.Steps);
    }

    [Fact]
    public async Task WhatIsThereIsNotFetchedAgain()
    {
        await using FileServer server = new(Good());
        Directory.CreateDirectory(Target);
        File.WriteAllBytes(ImagePath, Images);
        Told told = new();
        await MnistFetch.FetchAsync(Target, Options(server.Address), told);
        Assert.Equal(["/files/train-labels-idx1-ubyte.gz"], server.Asked);
        Assert.Equal(new FetchProgress(Files[0], Images.Length, true), told.Steps[0]);
    }

    [Fact]
    public async Task AWrongFileOfTheRightLengthIsReplaced()
    {
        await using FileServer server = new(Good());
        Directory.CreateDirectory(Target);
        File.WriteAllBytes(ImagePath, Flipped(Images));
        await MnistFetch.FetchAsync(Target, Options(server.Address));
        Assert.Equal(Images, File.ReadAllBytes(ImagePath));
    }

    [Fact]
    public async Task OtherContentIsRefusedAndWhatWasThereStays()
    {
        Dictionary<string, Answer> answers = Good();
        answers["/files/train-images-idx3-ubyte.gz"] = new Answer("200 OK", Flipped(Images));
        await using FileServer server = new(answers);
        Directory.CreateDirectory(Target);
        File.WriteAllBytes(ImagePath, [1, 2, 3]);
        string message = await Error(Options(server.Address));
        Assert.Contains("train-images-idx3-ubyte.gz: is not the expected file: its SHA-256 is " + Pin("", Flipped(Images)).Sha256, message);
        Assert.Contains("expected " + Files[0].Sha256, message);
        Assert.Equal([1, 2, 3], File.ReadAllBytes(ImagePath));
        Assert.Single(Directory.GetFiles(Target));
    }

    [Fact]
    public async Task LongerAndShorterAnswersAreRefused()
    {
        await using FileServer longer = new(With(new Answer("200 OK", [.. Images, 0])));
        Assert.Contains($"longer than its {Images.Length} bytes", await Error(Options(longer.Address)));
        await using FileServer shorter = new(With(new Answer("200 OK", Images[..^1])));
        Assert.Contains($"{Images.Length - 1} bytes instead of {Images.Length}", await Error(Options(shorter.Address)));
        Assert.Empty(Directory.GetFiles(Target));
    }

    [Fact]
    public async Task ADownloadThatBreaksOffIsSaid()
    {
        await using FileServer server = new(With(new Answer("200 OK", Images[..10], Length: Images.Length)));
        Assert.Contains("the download broke off", await Error(Options(server.Address)));
        Assert.Empty(Directory.GetFiles(Target));
    }

    [Fact]
    public async Task ARefusingServerIsSaid()
    {
        await using FileServer server = new([]);
        string message = await Error(Options(server.Address));
        Assert.Contains("the server answered 404 (NotFound)", message);
        Assert.Contains($"copy the four files into {Target}", message);
    }

    [Fact]
    public async Task NoServerIsSaidWithWhatToDo()
    {
        // A port that was free a moment ago: nobody listens there.
        using TcpListener free = new(IPAddress.Loopback, 0);
        free.Start();
        int port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        string message = await Error(Options(new Uri($"http://127.0.0.1:{port}/")));
        Assert.Contains("cannot be downloaded", message);
        Assert.Contains("Without a network, copy the four files into", message);
    }

    [Fact]
    public async Task ASilentServerIsGivenUp()
    {
        await using FileServer server = new(With(new Answer("200 OK", [], Silent: true)));
        Assert.Contains("not received within 0.2 s", await Error(Options(server.Address, TimeSpan.FromSeconds(0.2))));
    }

    [Fact]
    public async Task TheCallersOwnStopIsNoError()
    {
        await using FileServer server = new(With(new Answer("200 OK", [], Silent: true)));
        using CancellationTokenSource stop = new();
        Task fetching = MnistFetch.FetchAsync(Target, Options(server.Address), null, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fetching);
    }

    [Fact]
    public async Task AFolderThatCannotBeMadeIsSaid()
    {
        await using FileServer server = new(Good());
        _folder.File("data", [0]);
        Assert.Contains("cannot be written", await Error(Options(server.Address)));
    }

    [Fact]
    public void TheDefaultsAreTheFourFiles()
    {
        FetchOptions options = new();
        Assert.Equal(4, options.Files.Count);
        Assert.All(options.Files, file => Assert.Equal(64, file.Sha256.Length));
        Assert.Equal("https", options.BaseAddress.Scheme);
    }

    private static PinnedFile Pin(string name, byte[] content) => new(name, content.Length, Convert.ToHexStringLower(SHA256.HashData(content)));

    private static byte[] Flipped(byte[] content)
    {
        byte[] other = [.. content];
        other[^1] ^= 1;
        return other;
    }

    private static Dictionary<string, Answer> Good() => new()
    {
        ["/files/train-images-idx3-ubyte.gz"] = new Answer("200 OK", Images),
        ["/files/train-labels-idx1-ubyte.gz"] = new Answer("200 OK", Labels),
    };

    private static Dictionary<string, Answer> With(Answer images) => new() { ["/files/train-images-idx3-ubyte.gz"] = images };

    private static FetchOptions Options(Uri address, TimeSpan? timeout = null) =>
        new() { BaseAddress = address, Files = Files, Timeout = timeout ?? TimeSpan.FromMinutes(1) };

    private async Task<string> Error(FetchOptions options) =>
        (await Assert.ThrowsAsync<DatasetException>(() => MnistFetch.FetchAsync(Target, options))).Message;

    private sealed class Told : IProgress<FetchProgress>
    {
        public List<FetchProgress> Steps { get; } = [];

        public void Report(FetchProgress value) => Steps.Add(value);
    }
}
