namespace Cluster.Contracts.Experiments;

/// <summary>How a network's weights begin.</summary>
public enum Initialization
{
    /// <summary>As its architecture has it.</summary>
    Default,

    /// <summary>As matrices with orthonormal rows or columns (Saxe et al. 2014).</summary>
    Orthogonal,
}
