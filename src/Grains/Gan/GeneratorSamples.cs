using Cluster.Contracts.Experiments;
using Cluster.Data;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;
using Grid = Cluster.Data.SampleGrid;

namespace Cluster.Grains;

/// <summary>Latents and images of a generator.</summary>
internal static class GeneratorSamples
{
    /// <summary>z from the model's prior, shape (count, Z); on the device's thread.</summary>
    public static Tensor Latent(GanBlueprint blueprint, Device device, int count, RandomStream stream)
    {
        Tensor latent_BZ = empty(count, blueprint.Model.Latent, blueprint.Type, device);
        if (blueprint.Model.Prior == GanPrior.Uniform)
        {
            stream.FillUniform(latent_BZ, -1, 1);
        }
        else
        {
            stream.FillNormal(latent_BZ);
        }

        return latent_BZ;
    }

    /// <summary>Images of fresh latents, count × pixels; on the device's thread.</summary>
    public static float[] Images(GanBlueprint blueprint, FlatParameters generator, Device device, int count, ulong seed)
    {
        using DisposeScope scope = NewDisposeScope();
        using (no_grad())
        {
            Tensor latent = Latent(blueprint, device, count, RandomStream.Named(seed, "sample", 0, 0, "latent"));
            Tensor images = blueprint.Gan.Generator.Forward(generator, latent).to(ScalarType.Float32).cpu().contiguous();
            return images.data<float>().ToArray();
        }
    }

    /// <summary>A grid of images as a PNG; plain code, for any thread.</summary>
    public static byte[] Picture(GanBlueprint blueprint, float[] pixels, int rows, int columns)
    {
        (float low, float high) = blueprint.Gan.PixelRange;
        ImageDataset data = blueprint.Data;
        return Grid.ToPng(pixels, rows, columns, data.Channels, data.Height, data.Width, low, high);
    }
}
