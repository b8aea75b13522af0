using TorchSharp;

namespace Cluster.Numerics;

/// <summary>A tensor and what it is called in a file. Owns nothing: whoever made the tensor disposes it.</summary>
public sealed record NamedTensor(string Name, torch.Tensor Value);
