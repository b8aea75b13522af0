namespace Cluster.Data;

/// <summary>How a sample grid is drawn.</summary>
public sealed class GridOptions
{
    /// <summary>Every image's pixel becomes a square of this side, 1 to 64; null: what brings an image's shorter side near 48, at most 8.</summary>
    public int? Magnification { get; init; }

    /// <summary>Pixels between images and around the grid, 0 to 64. Default: 2.</summary>
    public int Gap { get; init; } = 2;

    /// <summary>The gap's grey value. Default: 64.</summary>
    public byte GapValue { get; init; } = 64;

    /// <summary>Whether magnified pixels blend into each other (bilinear) or stay squares; null: they blend from a magnification of 3.</summary>
    public bool? Smooth { get; init; }

    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    internal (int Magnification, bool Smooth) Resolve(int height, int width)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(Gap);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Gap, 64);
        int side = Math.Min(height, width);
        int magnification = Magnification ?? Math.Clamp((48 + side - 1) / side, 1, 8);
        ArgumentOutOfRangeException.ThrowIfLessThan(magnification, 1, nameof(Magnification));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(magnification, 64, nameof(Magnification));
        return (magnification, Smooth ?? magnification >= 3);
    }
}
