using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.TorchSharp.Tests;

/// <summary>Gradients against central differences in float64: the error of the difference is about 1e-9 at this step.</summary>
internal static class FiniteDifferences
{
    private const double Step = 1e-6;

    /// <summary>Checks d sum(f · r) / d input for each input, with fixed random weights r so that no term cancels.</summary>
    internal static void Check(Func<Tensor[], Tensor> f, params Tensor[] inputs)
    {
        foreach (var input in inputs) input.requires_grad_();
        var output = f(inputs);
        using var generator = new Generator(99);
        var weights = randn(output.shape, dtype: float64, generator: generator);
        var analytic = autograd.grad([(output * weights).sum()], inputs);

        using var _ = no_grad();
        for (var n = 0; n < inputs.Length; n++)
        {
            var gradient = analytic[n].data<double>().ToArray();
            for (var i = 0; i < gradient.Length; i++)
            {
                var before = MemoryMarshal.Cast<byte, double>(inputs[n].bytes)[i];
                var up = At(before + Step);
                var down = At(before - Step);
                MemoryMarshal.Cast<byte, double>(inputs[n].bytes)[i] = before;
                var numeric = (up - down) / (2 * Step);
                Assert.True(Math.Abs(numeric - gradient[i]) <= 1e-6 * Math.Max(1, Math.Abs(numeric)),
                    $"input {n}, element {i}: autograd says {gradient[i]}, differences say {numeric}");

                double At(double value)
                {
                    MemoryMarshal.Cast<byte, double>(inputs[n].bytes)[i] = value;
                    return (f(inputs) * weights).sum().item<double>();
                }
            }
        }
    }
}
