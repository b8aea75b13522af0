using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Numerics.Tests;

public sealed class UpdateNormsTests
{
    public static TheoryData<OptimizerOptions, ScalarType> Optimizers => new()
    {
        { new SgdOptions(0.1) { Momentum = 0.9 }, ScalarType.Float32 },
        { new AdamOptions(1e-2), ScalarType.Float32 },
        { new AdamWOptions(1e-2), ScalarType.Float32 },
        { new RmsPropOptions(1e-2), ScalarType.Float32 },
        { new AdamOptions(1e-2), ScalarType.Float64 },
    };

    /// <summary>More than one piece, and a rest that fills no vector.</summary>
    private const int Count = 40_003;

    [Theory, MemberData(nameof(Optimizers))]
    public void A_measured_step_has_the_bits_of_a_plain_one_and_tells_its_sizes(OptimizerOptions options, ScalarType type)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor plain = Random("values", type), measured = plain.clone();
        using FlatOptimizer one = FlatOptimizer.Create(options, Count, CPU, type), other = FlatOptimizer.Create(options, Count, CPU, type);
        for (int step = 0; step < 3; step++)
        {
            Tensor gradient = Random("gradient/" + step, type), before = plain.clone();
            one.Step(plain, gradient, 0.5);
            using (no_grad())
            {
                plain.clamp_(-1, 1);
            }

            UpdateNorms norms = new();
            norms.Step(other, measured, gradient, 0.5, part =>
            {
                using IDisposable guard = no_grad();
                part.clamp_(-1, 1);
            });
            Assert.Equal(plain.to(ScalarType.Float64).data<double>().ToArray(), measured.to(ScalarType.Float64).data<double>().ToArray());
            Assert.Equal(other.Steps, one.Steps);
            Near(gradient, norms.Gradient);
            Near(plain, norms.Values);
            Near(plain - before, norms.Change);
        }
    }

    [Fact]
    public void Parts_add_up_to_the_whole()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor whole = Random("values", ScalarType.Float32), parts = whole.clone(), gradient = Random("gradient", ScalarType.Float32);
        using FlatOptimizer one = FlatOptimizer.Create(new AdamOptions(1e-2), Count, CPU), other = FlatOptimizer.Create(new AdamOptions(1e-2), Count, CPU);
        UpdateNorms all = new(), sum = new();
        all.Step(one, whole, gradient, 1, null);
        foreach ((int from, int count) in new[] { (0, 20_000), (20_000, 17), (20_017, Count - 20_017) })
        {
            sum.StepPart(other, parts, gradient.narrow(0, from, count), from, 1, null);
        }

        other.EndStep();
        Assert.Equal(whole.data<float>().ToArray(), parts.data<float>().ToArray());
        Assert.Equal(all.Gradient, sum.Gradient, 1e-9 * all.Gradient);
        Assert.Equal(all.Change, sum.Change, 1e-9 * all.Change);
        Assert.Equal(all.Values, sum.Values, 1e-9 * all.Values);
    }

    private static void Near(Tensor values, double told)
    {
        double[] all = values.to(ScalarType.Float64).data<double>().ToArray();
        double expected = all.Sum(value => value * value);
        Assert.Equal(expected, told, 1e-12 * expected);
    }

    private static Tensor Random(string name, ScalarType type)
    {
        Tensor tensor = empty(Count, type);
        RandomStream.Named(1, "test", 0, 0, name).FillNormal(tensor);
        return tensor;
    }
}
