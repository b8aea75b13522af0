namespace Cluster.Data;

/// <summary>The content of an IDX image file.</summary>
/// <param name="Count">Number of images.</param>
/// <param name="Height">Rows of an image.</param>
/// <param name="Width">Columns of an image.</param>
/// <param name="Bytes">count × height × width.</param>
public sealed record IdxImages(int Count, int Height, int Width, byte[] Bytes);
