using TorchSharp;

namespace Cluster.Numerics;

/// <summary>All values the same.</summary>
public sealed record ConstantInitializer(double Value) : Initializer
{
    internal override void Fill(RandomStream stream, torch.Tensor into) => into.Fill_(Value);
}
