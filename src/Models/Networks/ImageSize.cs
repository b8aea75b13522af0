namespace Cluster.Models;

/// <summary>Size of an image.</summary>
/// <param name="Channels">1 for grey, 3 for red, green, blue.</param>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
public readonly record struct ImageSize(int Channels, int Height, int Width)
{
    /// <summary>Elements of an image.</summary>
    public long Pixels => (long)Channels * Height * Width;
}
