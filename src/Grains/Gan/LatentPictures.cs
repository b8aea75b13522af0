using Cluster.Models;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>The pictures of a generator, by which of its inputs they move along.</summary>
internal static class LatentPictures
{
    private const string Samples = "samples", Interpolation = "interpolation", Classes = "classes";

    /// <summary>What a generator draws: of points in the plane only themselves, and classes only where it has any.</summary>
    public static IReadOnlyList<string> Names(GanBlueprint blueprint) =>
        blueprint.IsPlane ? [Samples] : blueprint.Classes == 0 ? [Samples, Interpolation] : [Samples, Interpolation, Classes];

    /// <summary>A picture's images; on the device's thread.</summary>
    /// <param name="picture">One of <see cref="Names"/>.</param>
    /// <param name="blueprint">The run's.</param>
    /// <param name="generator">Its parameters and memory.</param>
    /// <param name="device">Where they are.</param>
    /// <param name="rows">Rows of the grid.</param>
    /// <param name="columns">Columns of the grid.</param>
    /// <param name="seed">Names the streams.</param>
    /// <param name="truncation">Largest absolute value of a latent's element; 0 for no bound.</param>
    public static float[] Images(
        string picture, GanBlueprint blueprint, NetworkPass generator, Device device, int rows, int columns, ulong seed, double truncation)
    {
        if (picture == Samples)
        {
            return GeneratorSamples.ForPicture(blueprint, generator, device, rows, columns, seed, truncation);
        }

        using DisposeScope scope = NewDisposeScope();
        using IDisposable guard = no_grad();
        bool interpolates = picture == Interpolation;
        Tensor anchor_AZ = GeneratorSamples.Latent(blueprint, device, interpolates ? 2 * rows : columns, RandomStream.Named(seed, "sample", 0, 0, "latent"));
        if (truncation > 0)
        {
            GeneratorSamples.Truncate(anchor_AZ.narrow(1, 0, blueprint.Model.Latent), truncation, () => RandomStream.Named(seed, "sample", 0, 0, "latent/truncated"));
        }

        Tensor latent_NZ = interpolates ? Ways(anchor_AZ, rows, columns, blueprint.Model.Latent) : anchor_AZ.repeat(rows, 1);
        int[] labels = blueprint.Classes == 0 ? [] : [.. Enumerable.Range(0, rows * columns).Select(image => image / columns % blueprint.Classes)];
        return GeneratorSamples.Images(blueprint, generator, device, latent_NZ, labels);
    }

    /// <summary>Each row's way from one z to another; codes behind z, where there are such, stay those of its beginning.</summary>
    private static Tensor Ways(Tensor anchor_AZ, int rows, int columns, int noise)
    {
        Tensor from_RZ = anchor_AZ.narrow(0, 0, rows), to_RZ = anchor_AZ.narrow(0, rows, rows);
        Tensor way_RSZ = Between(from_RZ.narrow(1, 0, noise), to_RZ.narrow(1, 0, noise), columns);
        long codes = from_RZ.shape[1] - noise;
        Tensor codes_RSQ = from_RZ.narrow(1, noise, codes).unsqueeze(1).expand(rows, columns, codes);
        return cat([way_RSZ, codes_RSQ], 2).view(-1, noise + codes);
    }

    /// <summary>
    /// Steps on the great circle from one latent to another, ends included (Shoemake 1985; for latents White 2016, arXiv:1609.04468):
    /// sin((1 − t)ω)/sin ω · a + sin(tω)/sin ω · b, with ω the angle between them. A straight line would pass through latents much
    /// shorter than any that are drawn.
    /// </summary>
    /// <param name="from_RZ">Where each row begins.</param>
    /// <param name="to_RZ">Where it ends.</param>
    /// <param name="steps">Latents of a row.</param>
    /// <returns>Shape (R, steps, Z).</returns>
    internal static Tensor Between(Tensor from_RZ, Tensor to_RZ, int steps)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor a_R1Z = from_RZ.unsqueeze(1), b_R1Z = to_RZ.unsqueeze(1);
        Tensor lengths_R11 = (a_R1Z.Pow(2).sum(2L, keepdim: true) * b_R1Z.Pow(2).sum(2L, keepdim: true)).sqrt().ClampMin(1e-12);
        Tensor angle_R11 = ((a_R1Z * b_R1Z).sum(2L, keepdim: true) / lengths_R11).Clamp(-1, 1).acos();

        // Latents in one direction, or opposite ones, have no circle of their own: a straight line joins them.
        Tensor sine_R11 = angle_R11.sin(), straight_R11 = sine_R11.Lt(1e-4), divisor_R11 = where(straight_R11, ones_like(sine_R11), sine_R11);
        Tensor t_1S1 = (steps == 1 ? zeros(1, from_RZ.dtype, from_RZ.device) : linspace(0, 1, steps, from_RZ.dtype, from_RZ.device)).view(1, -1, 1);
        Tensor before_RS1 = where(straight_R11, t_1S1.SubtractedFrom(1), (t_1S1.SubtractedFrom(1) * angle_R11).sin() / divisor_R11);
        Tensor after_RS1 = where(straight_R11, t_1S1, (t_1S1 * angle_R11).sin() / divisor_R11);
        return (before_RS1 * a_R1Z).Add(after_RS1 * b_R1Z).MoveToOuterDisposeScope();
    }
}
