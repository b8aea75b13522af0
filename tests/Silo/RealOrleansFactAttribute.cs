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

/// <summary>A test that kills a silo in its own process, which ends that process where Orleans is the real one.</summary>
public sealed class StandinFactAttribute : FactAttribute
{
    public StandinFactAttribute() => Skip = Clustering.ReachesOthers ? "the real Orleans ends the process whose silo it has given up" : null;
}
