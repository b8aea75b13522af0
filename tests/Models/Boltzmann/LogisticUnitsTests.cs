using Cluster.Models.Boltzmann;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Tests.Boltzmann;

/// <summary>The vector code against the formulas in double precision.</summary>
public sealed class LogisticUnitsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(21)]
    public void Means_are_logistic_functions(int units)
    {
        float[] x = [.. Enumerable.Range(0, 40 * units).Select(i => ((i * 37 % 401) - 200) * 0.45f)], bias = [.. Enumerable.Range(0, units).Select(i => (i % 5) - 2f)];
        float[] got = [.. x];
        LogisticKernel.Mean(got, bias);
        for (int i = 0; i < x.Length; i++)
        {
            double exact = 1 / (1 + Math.Exp(-Math.Clamp((double)(x[i] + bias[i % units]), -87, 87)));
            Assert.InRange(Math.Abs(got[i] - exact), 0, (3e-7 * exact) + 1e-38);
        }
    }

    [Theory]
    [InlineData(7)]
    [InlineData(32)]
    [InlineData(50)]
    public void Samples_are_1_where_the_uniform_number_is_below_the_mean(int units)
    {
        const int rows = 9;
        float[] x = new float[rows * units], bias = new float[units], u = new float[rows * units], scales = [.. Enumerable.Range(0, rows).Select(row => row / 8f)];
        RandomStream.Named(2, "test", 0, 0, "x").FillNormal(x, 0, 3);
        RandomStream.Named(2, "test", 0, 0, "b").FillNormal(bias);
        RandomStream.Named(2, "test", 0, 0, "u").FillUniform(u);
        float[] mean = [.. x], sample = [.. u];
        LogisticKernel.Sample(mean, bias, sample, scales, scales);
        for (int i = 0; i < x.Length; i++)
        {
            double exact = 1 / (1 + Math.Exp(-scales[i / units] * (double)(x[i] + bias[i % units])));
            Assert.Equal(exact, mean[i], 1e-6);
            Assert.Equal(u[i] < mean[i] ? 1f : 0f, sample[i]);
        }
    }

    [Theory]
    [InlineData(5)]
    [InlineData(48)]
    [InlineData(67)]
    public void Softplus_differences_are_those_in_double_precision(int units)
    {
        float[] x = new float[4 * units], bias = new float[units];
        RandomStream.Named(2, "test", 0, 0, "x").FillNormal(x, 0, 9);
        RandomStream.Named(2, "test", 0, 0, "b").FillNormal(bias);
        double[] sums = [1, 2, 3, 4];
        LogisticKernel.AddSoftplusDifference(x, bias, 0.25f, 0.75f, sums);
        for (int row = 0; row < 4; row++)
        {
            double exact = row + 1;
            for (int i = 0; i < units; i++)
            {
                double input = x[(row * units) + i] + (double)bias[i];
                exact += Softplus(0.75 * input) - Softplus(0.25 * input);
            }

            Assert.Equal(exact, sums[row], 1e-5 * units);
        }
    }

    [Fact]
    public void Tensor_operations_in_float64_draw_by_the_same_rule()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = randn([3, 4], ScalarType.Float64, generator: new Generator(4)), bias = ones(4, ScalarType.Float64), sample = zeros(3, 4, ScalarType.Float64), u = zeros(3, 4, ScalarType.Float64);
        double[] before = x.data<double>().ToArray();
        float[] scales = [1, 0.5f, 0];
        LogisticUnits.Sample(x, bias, sample, RandomStream.Named(1, "test", 0, 0, "s"), scales, scales);
        RandomStream.Named(1, "test", 0, 0, "s").FillUniform(u);
        double[] mean = x.data<double>().ToArray(), drawn = sample.data<double>().ToArray(), uniform = u.data<double>().ToArray();
        for (int i = 0; i < 12; i++)
        {
            Assert.Equal(1 / (1 + Math.Exp(-scales[i / 4] * (before[i] + 1))), mean[i], 1e-12);
            Assert.Equal(uniform[i] < mean[i] ? 1.0 : 0.0, drawn[i]);
        }
    }

    private static double Softplus(double x) => Math.Max(x, 0) + Math.Log(1 + Math.Exp(-Math.Abs(x)));
}
