namespace Cluster.Data;

/// <summary>Where MNIST is downloaded from, and how patiently.</summary>
public sealed class FetchOptions
{
    /// <summary>The folder on the web that holds the files. Default: the mirror that PyTorch's torchvision uses.</summary>
    public Uri BaseAddress { get; init; } = new("https://ossci-datasets.s3.amazonaws.com/mnist/");

    /// <summary>Longest time for one file, from the request to its last byte; above 0. Default: ten minutes.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The files. Default: MNIST's four gzipped files as their authors published them.</summary>
    public IReadOnlyList<PinnedFile> Files { get; init; } =
    [
        new("train-images-idx3-ubyte.gz", 9912422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
        new("train-labels-idx1-ubyte.gz", 28881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
        new("t10k-images-idx3-ubyte.gz", 1648877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
        new("t10k-labels-idx1-ubyte.gz", 4542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
    ];
}
