namespace Cluster.Silo.Tests;

/// <summary>A test that needs other processes, which the stand-in does not reach.</summary>
public sealed class RealOrleansFactAttribute : FactAttribute
{
    public RealOrleansFactAttribute() => Skip = Clustering.ReachesOthers ? null : Clustering.NeedsOrleans;
}

/// <summary>The same with data.</summary>
public sealed class RealOrleansTheoryAttribute : TheoryAttribute
{
    public RealOrleansTheoryAttribute() => Skip = Clustering.ReachesOthers ? null : Clustering.NeedsOrleans;
}
