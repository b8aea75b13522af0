using Cluster.Contracts.Experiments;
using Cluster.Data;
using Cluster.Numerics;

namespace Cluster.Grains;

/// <summary>Images of a held-out split in their order, scaled and binarized as the training's are, from streams of their own.</summary>
/// <param name="blueprint">The run's.</param>
/// <param name="images">The split.</param>
/// <param name="low">What byte 0 becomes.</param>
/// <param name="high">What full brightness becomes.</param>
internal sealed class HeldOut(Blueprint blueprint, ImageDataset images, float low, float high)
{
    /// <summary>How many the experiment file wants judged.</summary>
    public int Count { get; } = blueprint.File.Evaluate.Examples is > 0 and var examples ? Math.Min(examples, images.Count) : images.Count;

    /// <summary>Their labels; null where the data set has none.</summary>
    public int[]? Labels => images.Labels;

    /// <summary>Some images one after the other, count × pixels.</summary>
    /// <param name="first">The first one.</param>
    /// <param name="count">How many.</param>
    public float[] Rows(int first, int count)
    {
        float[] pixels = new float[count * images.Pixels];
        images.Gather([.. Enumerable.Range(first, count)], pixels, low, high);
        for (int row = 0; row < count; row++)
        {
            // A stream for each image: how many are asked for at once changes none.
            int index = first + row;
            Binarization.Apply(
                blueprint.File.Data.Binarize,
                pixels.AsSpan(row * images.Pixels, images.Pixels),
                low,
                high,
                () => RandomStream.Named(blueprint.Seed, "held-out", index, 0, "binarize"));
        }

        return pixels;
    }
}
