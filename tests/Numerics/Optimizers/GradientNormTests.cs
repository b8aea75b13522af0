using static TorchSharp.torch;

namespace Cluster.Numerics.Tests;

public sealed class GradientNormTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(1003)]
    public void Squares_are_summed_in_sixteen_lanes_in_float64(int count)
    {
        using var flat = zeros(count);
        RandomStream.Named(1, "test", 0, 0, "norm").FillNormal(flat);
        var lanes = new double[16];
        for (var i = 0; i < count; i++) lanes[i % 16] += (double)flat.AsFloats()[i] * flat.AsFloats()[i];
        Assert.Equal(lanes.Aggregate((a, b) => a + b), GradientNorm.SumOfSquares(flat)); // to the bit
        using var wide = flat.to_type(ScalarType.Float64);
        Assert.Equal(GradientNorm.SumOfSquares(flat), GradientNorm.SumOfSquares(wide));
    }

    [Fact]
    public void Large_and_half_precision_values_do_not_overflow()
    {
        using var large = full([3], 1e30, ScalarType.Float32);
        Assert.Equal(3e60, GradientNorm.SumOfSquares(large), 1e54);
        using var half = full([3], 60000, ScalarType.Float16);
        Assert.Equal(3 * 6e4 * 6e4, GradientNorm.SumOfSquares(half), 1e8);
    }

    [Fact]
    public void Clipping_leaves_small_norms_alone_and_brings_large_ones_to_the_limit()
    {
        Assert.Equal(1, GradientNorm.ClipScale(0.25, 1));
        Assert.Equal(1, GradientNorm.ClipScale(0, 1));
        Assert.Equal(0.5, GradientNorm.ClipScale(16, 2), 1e-6);
        Assert.Equal(0, GradientNorm.ClipScale(double.PositiveInfinity, 2));
        Assert.True(double.IsNaN(GradientNorm.ClipScale(double.NaN, 2)));
        Assert.Throws<ArgumentException>(() => GradientNorm.ClipScale(1, 0));
        Assert.Throws<ArgumentException>(() => GradientNorm.ClipScale(1, double.NaN));
        Assert.Throws<ArgumentException>(() => GradientNorm.ClipScale(-1, 1));
    }
}
