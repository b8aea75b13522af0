namespace Cluster.Numerics;

/// <summary>Where a parameter lies in its role's flat buffer.</summary>
/// <param name="Spec">The parameter.</param>
/// <param name="Offset">Its first element.</param>
/// <param name="Count">Its number of elements.</param>
public sealed record ParameterSlot(ParameterSpec Spec, long Offset, long Count);
