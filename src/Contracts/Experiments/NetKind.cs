namespace Cluster.Contracts.Experiments;

/// <summary>Architecture of a network.</summary>
public enum NetKind
{
    /// <summary>Fully connected layers.</summary>
    Mlp,
}
