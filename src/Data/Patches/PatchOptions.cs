namespace Cluster.Data;

/// <summary>How signals are taken from images.</summary>
public sealed record PatchOptions
{
    /// <summary>Pixels of a patch's side; 0: the whole image is the signal. Default: 8.</summary>
    public int Size { get; init; } = 8;

    /// <summary>Pixels at every border of an image that no patch touches; at least 0.</summary>
    public int Margin { get; init; }

    /// <summary>Patches in an epoch, at least 1; without a meaning where whole images are taken. Default: 50,000.</summary>
    public int Count { get; init; } = 50_000;

    /// <summary>Whether each signal's mean is subtracted from it.</summary>
    public bool SubtractMean { get; init; } = true;

    /// <summary>Whether each signal is then divided by its 2-norm, or by <see cref="LeastNorm"/> where that is larger.</summary>
    public bool Normalize { get; init; } = true;

    /// <summary>A signal fainter than this is not blown up to norm 1: it would be noise.</summary>
    public const float LeastNorm = 1e-3f;
}
