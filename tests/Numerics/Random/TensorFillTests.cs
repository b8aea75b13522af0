using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Numerics.Tests;

public sealed class TensorFillTests
{
    private static RandomStream Stream() => RandomStream.Named(3, "critic", 1, 2, "noise");

    [Fact]
    public void Float32_holds_the_streams_own_numbers()
    {
        var expected = new float[70];
        Stream().FillNormal(expected, 1, 2);
        using var tensor = zeros(7, 10);
        Stream().FillNormal(tensor, 1, 2);
        Assert.Equal(expected, tensor.AsFloats().ToArray());

        Stream().FillUniform(expected, -1, 1);
        Stream().FillUniform(tensor, -1, 1);
        Assert.Equal(expected, tensor.AsFloats().ToArray());
    }

    [Fact]
    public void Float64_holds_the_streams_doubles()
    {
        var expected = new double[70];
        Stream().FillNormal(expected, 1, 2);
        using var tensor = zeros(70, ScalarType.Float64);
        Stream().FillNormal(tensor, 1, 2);
        Assert.Equal(expected, tensor.AsDoubles().ToArray());

        Stream().FillUniform(expected);
        Stream().FillUniform(tensor, 2, 6);
        Assert.Equal(expected.Select(x => 2 + 4 * x), tensor.AsDoubles().ToArray());
    }

    [Fact]
    public void Half_precision_and_strided_tensors_hold_the_floats_rounded()
    {
        using var expected = zeros(4, 6);
        Stream().FillNormal(expected);
        using var half = zeros([4, 6], ScalarType.Float16);
        Stream().FillNormal(half);
        using var rounded = expected.to_type(ScalarType.Float16);
        Assert.True(half.AsBytes().SequenceEqual(rounded.AsBytes()));

        using var storage = zeros(6, 4);
        using var transposed = storage.transpose(0, 1);
        Stream().FillNormal(transposed);
        using var plain = transposed.contiguous();
        Assert.Equal(expected.AsFloats().ToArray(), plain.AsFloats().ToArray());
    }

    [Fact]
    public void Whole_numbers_are_refused()
    {
        using var tensor = zeros(3, ScalarType.Int64);
        Assert.Contains("Int64", Assert.Throws<ArgumentException>(() => Stream().FillNormal(tensor)).Message);
        using var doubles = zeros(3, ScalarType.Float64);
        Assert.Throws<ArgumentException>(() => Stream().FillUniform(doubles, 1, 0));
    }
}
