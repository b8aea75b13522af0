using System.Collections.Immutable;
using TorchSharp;

namespace Cluster.Numerics;

/// <summary>How a parameter's values begin.</summary>
public abstract record Initializer
{
    private protected Initializer()
    {
    }

    /// <summary>All 0.</summary>
    public static Initializer Zeros { get; } = new ConstantInitializer(0);

    /// <summary>All 1.</summary>
    public static Initializer Ones { get; } = new ConstantInitializer(1);

    /// <summary>All the same.</summary>
    public static Initializer Constant(double value) => new ConstantInitializer(value);

    /// <summary>Uniform in [low, high).</summary>
    public static Initializer Uniform(double low, double high) => new UniformInitializer(low, high);

    /// <summary>Normal.</summary>
    public static Initializer Normal(double mean, double std) => new NormalInitializer(mean, std);

    /// <summary>Orthonormal rows or columns of a matrix of that many rows.</summary>
    public static Initializer Orthogonal(long rows) => new OrthogonalInitializer(rows);

    /// <summary>The values themselves, in row-major order.</summary>
    public static Initializer Given(ImmutableArray<float> values) => new GivenInitializer(values);

    /// <summary>
    /// Uniform in ±1/√fanIn, what PyTorch's <c>Linear</c> and <c>Conv2d</c> begin with, weights and biases alike
    /// (He et al. 2015, equation 10, with the gain for a leaky rectifier of slope √5).
    /// </summary>
    /// <param name="fanIn">Inputs that one output sums over, at least 1.</param>
    public static Initializer KaimingUniformFanIn(long fanIn)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(fanIn, 1);
        var bound = 1 / Math.Sqrt(fanIn);
        return new UniformInitializer(-bound, bound);
    }

    /// <summary>Writes the values.</summary>
    /// <param name="stream">The parameter's own stream, at its beginning.</param>
    /// <param name="into">The parameter, without gradient.</param>
    internal abstract void Fill(RandomStream stream, torch.Tensor into);
}
