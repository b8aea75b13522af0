using Cluster.Contracts.Experiments.Schema;

namespace Cluster.Contracts.Experiments;

/// <summary>The signals that a dictionary is learned on.</summary>
public sealed record PatchSection
{
    /// <summary>0: whole images.</summary>
    public int Size { get; init; } = 8;

    public int Margin { get; init; }
    public int Count { get; init; } = 50_000;
    public bool SubtractMean { get; init; } = true;
    public bool Normalize { get; init; } = true;

    internal static PatchSection Describe(Section s, PatchSection d) => new()
    {
        Size = s.Int("size", d.Size, "pixels of a patch's side; 0: the whole image is the signal", 0, 1 << 12),
        Margin = s.Int("margin", d.Margin, "pixels at an image's border that no patch touches", 0, 1 << 16),
        Count = s.Int("count", d.Count, "patches in an epoch, at random places fixed by the seed; whole images: as many as there are", 1, 1 << 26),
        SubtractMean = s.Flag("subtractMean", d.SubtractMean, "whether a signal's mean is subtracted from it"),
        Normalize = s.Flag("normalize", d.Normalize, "whether a signal is divided by its norm, or by 0.001 where that is larger"),
    };
}
