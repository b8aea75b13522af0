using Cluster.Contracts.Experiments.Schema;

namespace Cluster.Contracts.Experiments;

/// <summary>Number format in which gradients are handed to the shards.</summary>
public enum WirePrecision
{
    /// <summary>As they are.</summary>
    Float32,
    Bfloat16,
    Float16,
}

/// <summary>How replicas and shards exchange gradients.</summary>
public sealed record ExchangeSection
{
    public WirePrecision Precision { get; init; } = WirePrecision.Float32;

    internal static ExchangeSection Describe(Section s, ExchangeSection d) => new()
    {
        Precision = s.Word(
            "precision", d.Precision,
            "number format to which each gradient is rounded before the shards add it, wherever its replica is; float32: not rounded; sums, parameters and optimizer state keep their own"),
    };
}
