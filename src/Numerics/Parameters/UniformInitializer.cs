using TorchSharp;

namespace Cluster.Numerics;

/// <summary>Uniform in [Low, High).</summary>
public sealed record UniformInitializer(double Low, double High) : Initializer
{
    internal override void Fill(RandomStream stream, torch.Tensor into) => stream.FillUniform(into, Low, High);
}
