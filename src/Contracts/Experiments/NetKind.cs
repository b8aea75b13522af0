namespace Cluster.Contracts.Experiments;

/// <summary>Architecture of a network.</summary>
public enum NetKind
{
    /// <summary>Fully connected layers.</summary>
    Mlp,

    /// <summary>The convolutions of Radford et al. 2016.</summary>
    Dcgan,
}
