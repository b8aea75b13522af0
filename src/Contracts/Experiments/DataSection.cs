using Cluster.Contracts.Experiments.Schema;

namespace Cluster.Contracts.Experiments;

/// <summary>What a model is trained on. Whether the data set exists is checked by whoever opens it.</summary>
public sealed record DataSection
{
    internal const string Word = "name";

    internal static readonly Form<string> NameForm = new TextForm(
        "a name of 1 to 200 printable characters",
        text => text.Length is > 0 and <= 200 && !string.IsNullOrWhiteSpace(text) && !text.Any(char.IsControl));

    public string Name { get; init; } = "digits";
    public string Split { get; init; } = "train";
    public Binarize Binarize { get; init; } = Binarize.None;

    internal static DataSection Describe(Section s, DataSection d) => new()
    {
        Name = s.Scalar(Word, d.Name, NameForm, "data set: digits is built in; mnist and fashion-mnist are read from the data folder; a name that ends in .npy, .csv or .csv.gz is a file's, one that ends in / a folder of .png, .pgm and .ppm images, with {split} for the split"),
        Split = s.Scalar("split", d.Split, NameForm, "part of the data set to train on"),
        Binarize = s.Word("binarize", d.Binarize, "how grey pixels become black and white; dynamic: each is white with the probability that its brightness is, drawn afresh at every step"),
    };
}
