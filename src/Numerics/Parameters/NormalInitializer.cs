using TorchSharp;

namespace Cluster.Numerics;

/// <summary>Normal with that mean and standard deviation.</summary>
public sealed record NormalInitializer(double Mean, double Std) : Initializer
{
    internal override void Fill(RandomStream stream, torch.Tensor into) => stream.FillNormal(into, Mean, Std);
}
