using Cluster.Data;
using Cluster.Numerics;
using static TorchSharp.torch;
using Tiles = Cluster.Data.SampleGrid;

namespace Cluster.Grains;

/// <summary>A machine's visible values from images, and back to pictures.</summary>
internal static class RbmPictures
{
    /// <summary>Images as visible values, scaled, binarized and standardized as the training's are.</summary>
    /// <param name="blueprint">The run's.</param>
    /// <param name="images">Where they come from.</param>
    /// <param name="first">The first one.</param>
    /// <param name="count">How many; past the last image it goes on with the first.</param>
    /// <param name="device">Where they go.</param>
    /// <returns>Shape (count, D).</returns>
    public static Tensor Images(RbmBlueprint blueprint, ImageDataset images, int first, int count, Device device)
    {
        PixelStandard standard = blueprint.Standard;
        HeldOut source = new(blueprint, images, standard.Low, standard.High);
        float[] pixels = new float[count * images.Pixels];
        for (int done = 0; done < count;)
        {
            int from = (first + done) % images.Count, some = Math.Min(count - done, images.Count - from);
            source.Rows(from, some).CopyTo(pixels.AsSpan(done * images.Pixels));
            done += some;
        }

        standard.Apply(pixels);
        using Tensor flat = tensor(pixels);
        using Tensor shaped = flat.view(count, images.Pixels);
        return shaped.to(blueprint.Type, device, copy: true);
    }

    /// <summary>Visible values as pixels in [0, 1], rows × pixels.</summary>
    public static float[] Pixels(RbmBlueprint blueprint, Tensor v_BD)
    {
        using var scope = NewDisposeScope();
        float[] pixels = v_BD.detach().to(ScalarType.Float32).cpu().contiguous().data<float>().ToArray();
        blueprint.Standard.Undo(pixels);
        return pixels;
    }

    /// <summary>A grid of images as a PNG; plain code, for any thread.</summary>
    public static byte[] Grid(RbmBlueprint blueprint, float[] pixels, int rows, int columns, float low = 0, float high = 1)
    {
        ImageDataset data = blueprint.Data;
        int most = Math.Min(pixels.Length, rows * columns * data.Pixels);
        return Tiles.ToPng(pixels.AsSpan(0, most), rows, columns, data.Channels, data.Height, data.Width, low, high);
    }
}
