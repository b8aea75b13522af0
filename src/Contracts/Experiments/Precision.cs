namespace Cluster.Contracts.Experiments;

/// <summary>Number format of parameters and data.</summary>
public enum Precision
{
    Float32,

    /// <summary>For tests and proofs.</summary>
    Float64,
}
