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

/// <summary>Whether NCCL may add the gradients of replicas on different CUDA devices.</summary>
public enum NcclChoice
{
    /// <summary>Where it can; the run's events say so.</summary>
    Auto,
    Off,
}

/// <summary>How replicas and shards exchange gradients.</summary>
public sealed record ExchangeSection
{
    public WirePrecision Precision { get; init; } = WirePrecision.Float32;
    public CompressionSection Compression { get; init; } = new NoCompression();

    /// <summary>Updates that a replica makes by itself between two exchanges, H; 0: gradients are exchanged at every update.</summary>
    public int LocalSteps { get; init; }
    public double OuterLearningRate { get; init; } = 0.7;
    public double OuterMomentum { get; init; } = 0.9;

    public NcclChoice Nccl { get; init; } = NcclChoice.Auto;

    /// <summary>Whether contributors hold something that no shard holds, so that it belongs into a checkpoint.</summary>
    public bool KeepsState => LocalSteps > 0 || Compression is not NoCompression;

    internal static ExchangeSection Describe(Section s, ExchangeSection d)
    {
        ExchangeSection read = new()
        {
            Precision = s.Word(
                "precision", d.Precision,
                "number format to which each gradient is rounded before the shards add it, wherever its replica is; float32: not rounded; sums, parameters and optimizer state keep their own"),
            Compression = s.Map("compression", d.Compression, CompressionSection.Describe, "how gradients are made smaller before they travel", word: CompressionSection.Tag),
            LocalSteps = s.Int(
                "localSteps", d.LocalSteps,
                "updates that each replica makes with its own optimizer before the replicas' differences are averaged (DiLoCo, Douillard et al. 2023); 0: gradients are exchanged at every update", 0, 1_000_000),
            OuterLearningRate = s.Number("outerLearningRate", d.OuterLearningRate, "localSteps: step size of the averaged difference", Interval.Positive),
            OuterMomentum = s.Number("outerMomentum", d.OuterMomentum, "localSteps: Nesterov momentum of the averaged difference", Interval.Fraction),
            Nccl = s.Word(
                "nccl", d.Nccl,
                "auto: where every replica has a CUDA device of its own and the library is there, NCCL adds the gradients, in an order of its own, so that bits may differ from those of the other ways; off: always the other ways"),
        };
        s.Require(
            "precision", read.Precision == WirePrecision.Float32 || read.Compression is not PowerSgdCompression,
            "cannot be less than float32 with compression power-sgd: its factors travel as they are");
        return read;
    }
}
