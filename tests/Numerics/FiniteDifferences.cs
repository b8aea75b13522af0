using static TorchSharp.torch;

namespace Cluster.Numerics.Tests;

/// <summary>Central differences in float64.</summary>
internal static class FiniteDifferences
{
    /// <summary>Compares each gradient with (f(x + h) − f(x − h))/2h.</summary>
    /// <param name="values">float64, contiguous, on the CPU; changed and restored.</param>
    /// <param name="gradients">Of the same shape.</param>
    /// <param name="function">f at the present values.</param>
    /// <param name="tolerance">Relative to 1 + |gradient|.</param>
    internal static void AssertGradient(Tensor values, Tensor gradients, Func<double> function, double tolerance = 1e-8)
    {
        const double h = 1e-5;
        for (var i = 0; i < values.NumberOfElements; i++)
        {
            var value = values.AsDoubles()[i];
            values.AsDoubles()[i] = value + h;
            var above = function();
            values.AsDoubles()[i] = value - h;
            var below = function();
            values.AsDoubles()[i] = value;
            var expected = gradients.AsDoubles()[i];
            Assert.Equal(expected, (above - below) / (2 * h), tolerance * (1 + Math.Abs(expected)));
        }
    }
}
