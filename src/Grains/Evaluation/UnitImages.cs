using Cluster.Contracts;
using Cluster.Data;
using Cluster.Numerics;

namespace Cluster.Grains;

/// <summary>Images with pixels from 0 to 1 as they are in the data, neither binarized nor standardized: what samples are judged beside.</summary>
internal sealed class UnitImages
{
    private readonly int[] _order;

    private UnitImages(ImageDataset data, int[] order) => (Data, _order) = (data, order);

    public ImageDataset Data { get; }

    /// <summary>How many there are.</summary>
    public int Count => _order.Length;

    /// <summary>The first images of a data set.</summary>
    /// <exception cref="InputException">Its values are floats outside 0 to 1.</exception>
    public static UnitImages First(ImageDataset data, int most) => new(Checked(data), [.. Enumerable.Range(0, Math.Min(most, data.Count))]);

    /// <summary>Images drawn from a data set without repeats.</summary>
    /// <exception cref="InputException">Its values are floats outside 0 to 1.</exception>
    public static UnitImages Drawn(ImageDataset data, int most, RandomStream stream) =>
        new(Checked(data), stream.Permutation(data.Count)[..Math.Min(most, data.Count)]);

    /// <summary>Some of them one after the other, count × pixels.</summary>
    public float[] Rows(int first, int count)
    {
        float[] pixels = new float[count * Data.Pixels];
        Data.Gather(_order.AsSpan(first, count), pixels, 0, 1);
        return pixels;
    }

    /// <summary>The labels; null where the data have none.</summary>
    public int[]? Labels => Data.Labels is { } labels ? [.. _order.Select(image => labels[image])] : null;

    private static ImageDataset Checked(ImageDataset data) => data.FirstOutside(0, 1) is var (image, place, value)
        ? throw new InputException($"{data.Name}/{data.Split}, row {image + 1}, column {place + 1} holds {value}: samples are judged beside images with values from 0 to 1")
        : data;
}
