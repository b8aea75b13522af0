using System.Globalization;
using Cluster.Contracts.Experiments;
using Cluster.Data;
using Cluster.Models;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;
using Grid = Cluster.Data.SampleGrid;

namespace Cluster.Grains;

/// <summary>Latents and images of a generator.</summary>
internal static class GeneratorSamples
{
    /// <summary>Batches of latents that stand for all of them where layers normalize over the batch.</summary>
    private const int StatisticsBatches = 4;

    /// <summary>Points in a picture of the plane, of samples and of data each.</summary>
    private const int Points = 2000;

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

    /// <summary>
    /// Images of fresh latents, count × pixels; on the device's thread. A trained generator's layers no longer depend on the batch: they
    /// normalize by what they see on batches of latents from streams of their own.
    /// </summary>
    /// <param name="blueprint">The run's.</param>
    /// <param name="generator">Its parameters and memory.</param>
    /// <param name="device">Where they are.</param>
    /// <param name="count">How many images.</param>
    /// <param name="seed">Names the streams.</param>
    /// <param name="labels">The class of each where the model has classes.</param>
    public static float[] Images(GanBlueprint blueprint, NetworkPass generator, Device device, int count, ulong seed, ReadOnlySpan<int> labels)
    {
        using DisposeScope scope = NewDisposeScope();
        using (no_grad())
        {
            using BatchStatistics? statistics = blueprint.Gan.Generator.RowsAreIndependent ? null : Population(blueprint, generator, device);
            Tensor input = blueprint.WithLabels(Latent(blueprint, device, count, RandomStream.Named(seed, "sample", 0, 0, "latent")), labels);
            Tensor images = blueprint.Gan.Generator.Forward(generator with { Statistics = statistics }, input).to(ScalarType.Float32).cpu().contiguous();
            return images.data<float>().ToArray();
        }
    }

    /// <summary>The images of a picture: with classes each row of the grid has one; of points in the plane there are as many as make a cloud.</summary>
    public static float[] ForPicture(GanBlueprint blueprint, NetworkPass generator, Device device, int rows, int columns, ulong seed)
    {
        int count = blueprint.IsPlane ? Points : rows * columns;
        int[] labels = blueprint.Classes == 0 ? [] : [.. Enumerable.Range(0, count).Select(image => image / columns % blueprint.Classes)];
        return Images(blueprint, generator, device, count, seed, labels);
    }

    /// <summary>A grid of images, or points in the plane over some of the data, as a PNG; plain code, for any thread.</summary>
    public static byte[] Picture(GanBlueprint blueprint, float[] pixels, int rows, int columns)
    {
        ImageDataset data = blueprint.Data;
        if (blueprint.IsPlane)
        {
            return PngWriter.Encode(Cloud(data, pixels));
        }

        (float low, float high) = blueprint.Gan.PixelRange;
        return Grid.ToPng(pixels, rows, columns, data.Channels, data.Height, data.Width, low, high);
    }

    /// <summary>Data in grey, samples in orange on top of them.</summary>
    private static Picture Cloud(ImageDataset data, float[] samples)
    {
        const int Grey = 7, Orange = 1;
        int shown = Math.Min(Points, data.Count);
        float[] points = new float[(2 * shown) + samples.Length];
        data.Gather([.. Enumerable.Range(0, shown)], points.AsSpan(0, 2 * shown), -1, 1);
        samples.CopyTo(points, 2 * shown);
        int[] labels = [.. Enumerable.Repeat(Grey, shown), .. Enumerable.Repeat(Orange, samples.Length / 2)];
        return ScatterPlot.Draw(points, labels);
    }

    private static BatchStatistics Population(GanBlueprint blueprint, NetworkPass pass, Device device)
    {
        Tensor[] batches = [.. Enumerable.Range(0, StatisticsBatches).Select(batch =>
        {
            string number = batch.ToString(CultureInfo.InvariantCulture);
            RandomStream Stream(string purpose) => RandomStream.Named(blueprint.Seed, "sample", 0, 0, purpose + number);
            int[] labels = blueprint.Classes == 0 ? [] : blueprint.DrawLabels(Stream("statistics/labels/"), blueprint.File.Batch);
            return blueprint.WithLabels(Latent(blueprint, device, blueprint.File.Batch, Stream("statistics/latent/")), labels);
        })];
        return pass.WithStatistics(blueprint.Gan.Generator, batches).Statistics!;
    }
}
