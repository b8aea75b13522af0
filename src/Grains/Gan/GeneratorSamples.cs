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
    public static Tensor Noise(GanBlueprint blueprint, Device device, int count, RandomStream stream)
    {
        Tensor noise_BZ = empty(count, blueprint.Model.Latent, blueprint.Type, device);
        if (blueprint.Model.Prior == GanPrior.Uniform)
        {
            stream.FillUniform(noise_BZ, -1, 1);
        }
        else
        {
            stream.FillNormal(noise_BZ);
        }

        return noise_BZ;
    }

    /// <summary>The same with codes behind it where the model has codes, shape (count, Z + Q).</summary>
    /// <param name="blueprint">The run's.</param>
    /// <param name="device">Where it goes.</param>
    /// <param name="count">How many.</param>
    /// <param name="stream">Where all is drawn.</param>
    /// <param name="categories">The category of the first code of each where the model has codes and they are not to be drawn; else empty.</param>
    public static Tensor Latent(GanBlueprint blueprint, Device device, int count, RandomStream stream, ReadOnlySpan<int> categories = default)
    {
        Tensor noise_BZ = Noise(blueprint, device, count, stream);
        return blueprint.DrawCodes(stream, count, device, categories) is { } codes_BQ ? cat([noise_BZ, codes_BQ], 1) : noise_BZ;
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
    /// <param name="categories">The category of the first code of each where the model has codes and they are not to be drawn; else empty.</param>
    /// <param name="block">Names the streams beside the seed: blocks are independent.</param>
    /// <param name="truncation">Largest absolute value of an element of z; 0 for no bound.</param>
    public static float[] Images(
        GanBlueprint blueprint, NetworkPass generator, Device device, int count, ulong seed, ReadOnlySpan<int> labels,
        ReadOnlySpan<int> categories = default, int block = 0, double truncation = 0)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable guard = no_grad();
        Tensor latent_BZ = Latent(blueprint, device, count, RandomStream.Named(seed, "sample", block, 0, "latent"), categories);
        if (truncation > 0)
        {
            Truncate(latent_BZ.narrow(1, 0, blueprint.Model.Latent), truncation, () => RandomStream.Named(seed, "sample", block, 0, "latent/truncated"));
        }

        return Images(blueprint, generator, device, latent_BZ, labels);
    }

    /// <summary>Images of latents, count × pixels; on the device's thread.</summary>
    /// <param name="blueprint">The run's.</param>
    /// <param name="generator">Its parameters and memory.</param>
    /// <param name="device">Where they are.</param>
    /// <param name="latent_BZ">z, with codes behind it where the model has codes.</param>
    /// <param name="labels">The class of each where the model has classes.</param>
    public static float[] Images(GanBlueprint blueprint, NetworkPass generator, Device device, Tensor latent_BZ, ReadOnlySpan<int> labels)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable guard = no_grad();
        using BatchStatistics? statistics = blueprint.Gan.Generator.RowsAreIndependent ? null : Population(blueprint, generator, device);
        Tensor images = blueprint.Gan.Generator.Forward(generator with { Statistics = statistics }, blueprint.WithLabels(latent_BZ, labels))
            .to(ScalarType.Float32).cpu().contiguous();
        return images.data<float>().ToArray();
    }

    /// <summary>Draws the elements anew whose absolute value is above a bound, until none is; in place.</summary>
    internal static void Truncate(Tensor latent_BZ, double bound, Func<RandomStream> stream)
    {
        using DisposeScope scope = NewDisposeScope();
        RandomStream draws = stream();
        for (Tensor outside = latent_BZ.abs().Gt(bound); outside.any().AsBoolean(); outside = latent_BZ.abs().Gt(bound))
        {
            Tensor again_BZ = empty_like(latent_BZ);
            draws.FillNormal(again_BZ);
            latent_BZ.copy_(where(outside, again_BZ, latent_BZ));
        }
    }

    /// <summary>The images of a picture: with classes, or a categorical code, each row of the grid has one; of points in the plane there are as many as make a cloud.</summary>
    public static float[] ForPicture(GanBlueprint blueprint, NetworkPass generator, Device device, int rows, int columns, ulong seed, double truncation = 0)
    {
        int count = blueprint.IsPlane ? Points : rows * columns;
        int categories = blueprint.Codes?.Categorical.FirstOrDefault() ?? 0;
        return Images(blueprint, generator, device, count, seed, Rows(blueprint.Classes), Rows(categories), truncation: truncation);

        int[] Rows(int kinds) => kinds == 0 ? [] : [.. Enumerable.Range(0, count).Select(image => image / columns % kinds)];
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
