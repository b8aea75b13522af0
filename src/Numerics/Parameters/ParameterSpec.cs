using System.Collections.Immutable;

namespace Cluster.Numerics;

/// <summary>One parameter of a network before it has values.</summary>
/// <param name="Name">Unique within the layout, as "hidden.weight"; the name in exported files.</param>
/// <param name="Shape">Its dimensions, each at least 1; empty for a scalar.</param>
/// <param name="Initializer">How its values begin.</param>
public sealed record ParameterSpec(string Name, ImmutableArray<long> Shape, Initializer Initializer);
