using Cluster.Contracts.Experiments;
using Cluster.Data;
using Cluster.Models.Autoencoders;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>Images of codes as pictures. On the device's thread.</summary>
internal static class CoderPictures
{
    /// <summary>Whether the model's own picture is of reconstructions; else of samples from its prior.</summary>
    public static bool Reconstructs(CoderBlueprint blueprint) => blueprint.Model is AutoencoderModel;

    /// <summary>Codes that a grid of the model's own picture takes: a reconstruction stands beside what it is of.</summary>
    public static int Codes(CoderBlueprint blueprint, int rows, int columns) => Reconstructs(blueprint)
        ? Math.Clamp(rows * columns / 2, 1, blueprint.Data.Count)
        : rows * columns;

    /// <summary>Some images of a data set, scaled and binarized as the training's are, shape (count, D).</summary>
    public static Tensor Images(CoderBlueprint blueprint, ImageDataset data, int first, int count, Device device)
    {
        (float low, float high) = CoderBlueprint.PixelRange;
        float[] pixels = new HeldOut(blueprint, data, low, high).Rows(first, count);
        return frombuffer(pixels, ScalarType.Float32).view(count, data.Pixels).to(blueprint.Type).to(device).clone();
    }

    /// <summary>The model's own picture.</summary>
    /// <param name="blueprint">The run's.</param>
    /// <param name="decoder">The decoder's parameters.</param>
    /// <param name="encoder">The encoder's where weights are tied.</param>
    /// <param name="code_SZ">Codes.</param>
    /// <param name="besideData">Whether they are of the first training images, each to stand right of it.</param>
    /// <param name="rows">Rows of the grid.</param>
    /// <param name="columns">Columns of the grid.</param>
    public static byte[] Paint(
        CoderBlueprint blueprint, FlatParameters decoder, FlatParameters? encoder, Tensor code_SZ, bool besideData, int rows, int columns)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable guard = no_grad();
        int count = (int)code_SZ.shape[0];

        // Samples of a conditional model show one class in each column.
        Tensor? label_BC = blueprint.OneHot([.. Enumerable.Range(0, count).Select(i => i % columns % Math.Max(blueprint.Coder.Classes, 1))], code_SZ.device);
        Tensor images = blueprint.Coder.Generate(new CoderParameters(encoder ?? decoder, decoder), code_SZ, label_BC);
        if (besideData && 2 * count <= rows * columns)
        {
            Tensor originals = Images(blueprint, blueprint.Data, 0, count, code_SZ.device);
            images = stack([originals, images], 1).view(2 * count, -1);
        }

        return Grid(blueprint, images, rows, columns);
    }

    /// <summary>Images (N, D) as a PNG; N at most rows × columns.</summary>
    public static byte[] Grid(CoderBlueprint blueprint, Tensor images_ND, int rows, int columns)
    {
        (float low, float high) = CoderBlueprint.PixelRange;
        ImageDataset data = blueprint.Data;
        float[] pixels = Floats(images_ND.Clamp(low, high));
        return Cluster.Data.SampleGrid.ToPng(pixels, rows, columns, data.Channels, data.Height, data.Width, low, high);
    }

    /// <summary>A tensor's elements.</summary>
    public static float[] Floats(Tensor tensor)
    {
        using DisposeScope scope = NewDisposeScope();
        return tensor.detach().to(ScalarType.Float32).cpu().contiguous().data<float>().ToArray();
    }
}
