using Cluster.Contracts.Experiments.Schema;

namespace Cluster.Contracts.Experiments;

/// <summary>What a run does about actors that are lost or late.</summary>
public sealed record RecoverySection
{
    /// <summary>Seconds; no step is called late sooner.</summary>
    public double StepLimit { get; init; } = 60;

    /// <summary>How many times its usual time a step may take, where that is more.</summary>
    public double Patience { get; init; } = 30;

    /// <summary>Recoveries without a checkpoint in between, after which the run gives up.</summary>
    public int Attempts { get; init; } = 5;

    internal static RecoverySection Describe(Section s, RecoverySection d) => new()
    {
        StepLimit = s.Number("stepLimit", d.StepLimit, "seconds that a step may take at least, before the run names the late actor and goes back to its newest checkpoint", Interval.Positive),
        Patience = s.Number("patience", d.Patience, "how many times its usual time a step may take, where that is longer than stepLimit", Interval.Positive),
        Attempts = s.Int("attempts", d.Attempts, "recoveries without a new checkpoint in between, after which the run fails", 0),
    };
}
