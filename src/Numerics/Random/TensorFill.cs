using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Numerics;

/// <summary>
/// Fills tensors of any floating-point dtype from a named stream. On the CPU the numbers are the stream's own, written in place;
/// on other devices they come from a <c>torch.Generator</c> seeded by the stream's name and position, and the position moves on by the
/// number of elements all the same.
/// </summary>
public static class TensorFill
{
    /// <summary>Normal numbers, as <see cref="RandomStream.FillNormal(Span{float},float,float)"/>.</summary>
    /// <param name="stream">The stream; its position moves on.</param>
    /// <param name="into">Any shape; float64 takes the stream's doubles, float16 and bfloat16 its floats, rounded.</param>
    /// <param name="mean">Mean.</param>
    /// <param name="std">Standard deviation, at least 0.</param>
    /// <exception cref="ArgumentException">Not a floating-point tensor, or bad parameters.</exception>
    public static void FillNormal(this RandomStream stream, Tensor into, double mean = 0, double std = 1)
    {
        if (into.device_type != DeviceType.CPU) FillElsewhere(stream, into, (target, generator) => target.normal_(mean, std, generator));
        else if (IsPlain(into, ScalarType.Float32)) stream.FillNormal(into.AsFloats(), (float)mean, (float)std);
        else if (IsPlain(into, ScalarType.Float64)) stream.FillNormal(into.AsDoubles(), mean, std);
        else FillThroughCopy(into, copy => stream.FillNormal(copy, mean, std));
    }

    /// <summary>Uniform numbers in [low, high); rounding to 16 bits may reach high.</summary>
    /// <param name="stream">The stream; its position moves on.</param>
    /// <param name="into">Any shape; float64 takes the stream's doubles, float16 and bfloat16 its floats, rounded.</param>
    /// <param name="low">Lower bound.</param>
    /// <param name="high">Upper bound, at least low.</param>
    /// <exception cref="ArgumentException">Not a floating-point tensor, or bad parameters.</exception>
    public static void FillUniform(this RandomStream stream, Tensor into, double low = 0, double high = 1)
    {
        if (into.device_type != DeviceType.CPU) FillElsewhere(stream, into, (target, generator) => target.uniform_(low, high, generator));
        else if (IsPlain(into, ScalarType.Float32)) stream.FillUniform(into.AsFloats(), (float)low, (float)high);
        else if (IsPlain(into, ScalarType.Float64)) FillUniform(stream, into.AsDoubles(), low, high);
        else FillThroughCopy(into, copy => stream.FillUniform(copy, low, high));
    }

    private static bool IsPlain(Tensor tensor, ScalarType dtype) => tensor.dtype == dtype && tensor.is_contiguous();

    private static void FillUniform(RandomStream stream, Span<double> into, double low, double high)
    {
        if (!(double.IsFinite(low) && double.IsFinite(high) && low <= high))
            throw new ArgumentException($"Uniform numbers cannot lie between {low} and {high}: both must be finite, and low at most high.");
        stream.FillUniform(into);
        var last = high > low ? Math.BitDecrement(high) : low;
        foreach (ref var value in into) value = Math.Min(low + (high - low) * value, last);
    }

    private static void FillThroughCopy(Tensor into, Action<Tensor> fill)
    {
        if (into.dtype is not (ScalarType.Float32 or ScalarType.Float64 or ScalarType.Float16 or ScalarType.BFloat16))
            throw new ArgumentException($"Random numbers cannot fill a tensor of dtype {into.dtype}: it must be floating-point.");
        var dtype = into.dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;
        using var guard = no_grad();
        using var copy = empty(into.shape, dtype);
        fill(copy);
        into.copy_(copy);
    }

    private static void FillElsewhere(RandomStream stream, Tensor into, Action<Tensor, Generator> fill)
    {
        using var generator = new Generator(SeedHere(stream), into.device);
        using var guard = no_grad();
        fill(into, generator);
        stream.Position += into.NumberOfElements;
    }

    /// <summary>The name's seed at position 0; further on, one that the position has changed, so that no fill repeats the one before.</summary>
    private static ulong SeedHere(RandomStream stream)
    {
        if (stream.Position == 0) return stream.DerivedSeed;
        var counter = Vector128.Create((ulong)stream.Position, 0UL).AsUInt32();
        return Philox.Block(counter, stream.DerivedSeed).AsUInt64()[0];
    }
}
